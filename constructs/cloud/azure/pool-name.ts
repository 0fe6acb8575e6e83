import { createHash } from 'node:crypto';

/** What tells one pool of nodes from all others of its cluster. */
export interface PoolOf {
  readonly nodeClass: string;
  /** Another instance class is another pool: nodes of the new one come before those of the old one go. */
  readonly instanceClass: string;
  readonly zone: string;
}

/**
 * Name of a pool, of at most 12 small letters and digits (learn.microsoft.com/azure/aks/create-node-pools): the start of
 * its class and its zone for people, then a hash of the whole, for classes that begin alike must not share a pool.
 */
export function poolName({ nodeClass, instanceClass, zone }: PoolOf): string {
  const hash = createHash('sha256').update([nodeClass, instanceClass, zone].join('/')).digest().readUIntBE(0, 6);
  const start = nodeClass
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .slice(0, READABLE_LENGTH);
  return `${start === '' ? 'p' : start}${zoneNumber(zone)}${hash.toString(36).padStart(HASH_LENGTH, '0').slice(-HASH_LENGTH)}`;
}

/** Zone as Azure numbers it, as in `1`, from the name that Kubernetes labels it with, as in `westeurope-1`. */
export function zoneNumber(zone: string): string {
  return zone.slice(zone.lastIndexOf('-') + 1);
}

const READABLE_LENGTH = 5;
const HASH_LENGTH = 6;
