import { brokerClaim, claimName } from '../../constructs/kubernetes/kafka/claims.ts';
import { ordinalOf } from '../../constructs/kubernetes/kafka/placed-pod.ts';
import type { LeavingBroker } from '../../contracts/gen/psc-types.ts';
import { ANNOTATIONS } from '../../contracts/labels.ts';
import type { Context } from './context.ts';
import { hostedBy } from './emptiness.ts';
import { intended } from './intent.ts';
import type { ObservedClaim } from './observed.ts';
import { claimAsItIs } from './plan-claims.ts';
import type { Wait, Write } from './plan.ts';

/** How long the volume of a broker that is gone is kept where the PSC does not say. */
export const DEFAULT_VOLUME_GRACE_HOURS = 24;

export interface KeptVolume {
  readonly writes: readonly Write[];
  readonly waits: readonly Wait[];
  /** Undefined once nothing is left to do. */
  readonly entry?: LeavingBroker;
}

/** What becomes of the volume of a broker that is gone: nothing before its time, then first the claim goes, then the disk. */
export function planKeptVolume(context: Context, entry: LeavingBroker): KeptVolume {
  const { observed, rules } = context;
  const claim = observed.claims.find(({ name }) => name === claimName(entry.pod));
  // There never was one.
  if (entry.claimUid === undefined) return { writes: [], waits: [] };
  if (!rules.isGraceOver(entry, observed)) return { writes: [], waits: [], entry };
  if (claim?.uid === entry.claimUid) return endClaim(context, entry, claim);
  const { volume, claimUid } = entry;
  return { writes: volume === undefined ? [] : [{ kind: 'release-volume', volume, claimUid }], waits: [] };
}

/** When the volume of a broker that is gone is deleted; undefined while it is not gone. */
export function volumeEndsAtMs(
  { goneAt }: LeavingBroker,
  { psc }: Pick<Context['observed'], 'psc'>,
): number | undefined {
  if (goneAt === undefined) return undefined;
  const hours = psc.spec.kafka?.brokers.volumeGraceHours ?? DEFAULT_VOLUME_GRACE_HOURS;
  return Date.parse(goneAt) + hours * 3_600_000;
}

export function isGraceOver(entry: LeavingBroker, observed: Context['observed']): boolean {
  return observed.nowMs >= (volumeEndsAtMs(entry, observed) ?? Infinity);
}

function endClaim({ view, observed }: Context, entry: LeavingBroker, claim: ObservedClaim): KeptVolume {
  const { pod } = entry;
  const kept = (message: string): KeptVolume => ({
    writes: [],
    waits: [{ task: 'volumes', reason: 'KeepingVolumes', message: `the volume of ${pod} is kept: ${message}` }],
    entry,
  });
  const { kafka, pods } = observed;
  if (kafka.state === 'unreachable') return kept(`Kafka cannot be asked: ${kafka.reason}`);
  const hosted = hostedBy(kafka, ordinalOf(pod)).length;
  if (hosted > 0 || kafka.brokers.has(ordinalOf(pod)))
    return kept(`Kafka knows the broker, ${hosted} partitions name it`);
  if (pods.some(({ name }) => name === pod)) return kept('a pod uses it');
  if (claim.isTerminating) return kept('its claim is deleted, and somebody still uses it');
  if (claim.isEnding) {
    const { name, uid, resourceVersion } = claim;
    return { writes: [{ kind: 'delete-claim', claim: { name, uid, resourceVersion } }], waits: [], entry };
  }
  const placed = { name: pod, zone: entry.zone, ordinal: ordinalOf(pod) };
  const object = claimAsItIs(brokerClaim(view, placed), claim);
  const annotations = { ...object.metadata.annotations, [ANNOTATIONS.ending]: entry.claimUid ?? '' };
  const marked = { ...object, metadata: { ...object.metadata, annotations } };
  return { writes: [{ kind: 'apply', object: intended(marked, observed.psc) }], waits: [], entry };
}
