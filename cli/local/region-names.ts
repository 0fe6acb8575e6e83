import { readFile } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { REGION_LOOPBACK } from '../../local/region/forwarder-addresses.ts';
import { type RegionLayout, zoneFilePath } from '../../local/region/layout.ts';
import { systemErrorCode } from '../../local/tools/tool-error.ts';

/** Names that lead into a region, as its zone file has them now; none before the region was up. */
export async function regionNames(layout: RegionLayout): Promise<readonly string[]> {
  const text = await readFile(zoneFilePath(layout), 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw error;
  });
  return namesOf(text);
}

/** Names of a zone file that have an address or stand for one that has (RFC 1035, whole names only). */
export function namesOf(zoneFile: string): readonly string[] {
  const names = zoneFile.split('\n').flatMap((line) => /^(\S+)\. \d+ IN (?:A|AAAA|CNAME) /.exec(line)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/** Lines of a hosts file that lead names to the door of the region. */
export function hostsLines(names: readonly string[]): string {
  return names.map((name) => `${REGION_LOOPBACK} ${name}\n`).join('');
}

/** Looks every name up as the door of the region: for clients that connect to the region and to nothing else. */
export const lookupRegion: LookupFunction = (_name, { all }, callback) => {
  const address = { address: REGION_LOOPBACK, family: 4 };
  if (all === true) callback(null, [address]);
  else callback(null, address.address, address.family);
};
