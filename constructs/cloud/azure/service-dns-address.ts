/**
 * Address of a cluster's DNS: the tenth of its service range, as AKS takes by default; the first is the API server's.
 *
 * @throws RangeError when the range is no IPv4 CIDR block of at least 16 addresses
 */
export function serviceDnsAddress(serviceRange: string): string {
  const found = RANGE.exec(serviceRange);
  const [first, second, third, fourth, prefixLength] = (found ?? []).slice(1).map(Number);
  if (fourth === undefined || prefixLength === undefined || prefixLength > LONGEST_PREFIX || fourth % 16 !== 0) {
    throw new RangeError(`${serviceRange} is no IPv4 CIDR block of /${LONGEST_PREFIX} or more`);
  }
  return [first, second, third, fourth + TENTH].join('.');
}

const RANGE = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;
const LONGEST_PREFIX = 28;
const TENTH = 10;
