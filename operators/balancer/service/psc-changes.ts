import type { StoredPsc } from '../../psc/observed.ts';

/**
 * Passes on only those changes of PSCs that matter to the balancer: the operator's status changes often while it works, and the
 * balancer's own writes are no news to it.
 *
 * @param read a PSC as it is known now
 */
export function newsOf(
  read: (psc: string) => StoredPsc | undefined,
  changed: (psc: string) => void,
): (psc: string) => void {
  const known = new Map<string, string>();
  return (name) => {
    const part = partOf(read(name));
    if (known.get(name) === part) return;
    known.set(name, part);
    changed(name);
  };
}

/** What of a PSC changes what the balancer does. */
function partOf(psc: StoredPsc | undefined): string {
  if (psc === undefined) return '';
  const { metadata, spec, status } = psc;
  const joined = (status?.brokers ?? []).filter((broker) => broker.joined === true).map(({ pod }) => pod);
  const leaving = (status?.leaving ?? []).filter(({ goneAt }) => goneAt === undefined).map(({ pod }) => pod);
  const { uid, deletionTimestamp, annotations } = metadata;
  return JSON.stringify([uid, deletionTimestamp, annotations, spec, status?.fence, joined, leaving]);
}
