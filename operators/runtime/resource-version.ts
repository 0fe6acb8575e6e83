/**
 * Whether something was stored at the first version before something was at the second. Versions of one kind are whole numbers
 * that only rise (KEP-5504); where one is not, nothing is known, and the answer is no.
 */
export function isOlderVersion(one: string | undefined, other: string | undefined): boolean {
  const [a = '', b = ''] = [one, other];
  if (!WHOLE_NUMBER.test(a) || !WHOLE_NUMBER.test(b)) return false;
  return a.length === b.length ? a < b : a.length < b.length;
}

const WHOLE_NUMBER = /^[1-9][0-9]*$/;
