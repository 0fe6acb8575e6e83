import type { FeaturesStatus } from '../../contracts/gen/psc-types.ts';
import { isWell } from './classify.ts';
import type { Context, RoleContext } from './context.ts';
import { type Features, featuresOf, METADATA_VERSION, metadataLevelOf } from './kafka-releases.ts';
import type { Observed } from './observed.ts';
import type { RollPlan } from './plan-roll.ts';
import type { Write } from './plan.ts';
import { timeOf } from './time-of.ts';

/** How long every pod runs another Kafka version before its features are finished, where the PSC does not say. */
export const DEFAULT_FEATURE_SOAK_MINUTES = 1440;

/** What of a plan is about the features of a Kafka version. */
export interface FeaturesPlan {
  readonly writes: readonly Write[];
  readonly status?: FeaturesStatus;
  /** Whether a step is to follow at once. */
  readonly isFinishing: boolean;
}

/**
 * Finishes what a Kafka version brings, once every pod has run it for a while. The status says it first: from then on no pod is
 * made of a version that could not read what Kafka writes, whoever leads and however little of Kafka can be seen.
 */
export function planFeatures(context: Context, roll: Pick<RollPlan, 'pending' | 'fence'>): FeaturesPlan {
  const { view, rules, observed } = context;
  const { kafka, psc, nowMs } = observed;
  const before = psc.status?.features;
  if (kafka.state === 'unreachable' || kafka.features === undefined) {
    return { writes: [], isFinishing: false, ...(before === undefined ? {} : { status: before }) };
  }
  const { version } = view.kafka;
  const missing = missingIn(kafka.features, featuresOf(version));
  const level = finalizedLevel(observed) ?? 0;
  const isSettled = runsOneVersion(context, roll);
  const said = before?.version === version ? before.settledAt : undefined;
  const since = said === undefined || ranAnother(context, Date.parse(said)) ? undefined : said;
  const settledAt = since ?? (isSettled ? timeOf(nowMs) : undefined);
  const status: FeaturesStatus = {
    metadataLevel: level,
    ...(settledAt === undefined ? {} : { version, settledAt }),
  };
  if (missing === undefined || settledAt === undefined) return { writes: [], status, isFinishing: false };
  const finishedAt = timeOf(soakEndsAtMs(settledAt, observed));
  const soaking = { ...status, finishedAt };
  if (!isSettled || psc.spec.maintenance?.paused === true || !rules.isSoakOver(settledAt, observed)) {
    return { writes: [], status: soaking, isFinishing: false };
  }
  const wanted = missing[METADATA_VERSION] ?? level;
  if ((before?.metadataLevel ?? 0) < wanted) {
    return { writes: [], status: { ...soaking, metadataLevel: wanted }, isFinishing: true };
  }
  const message = `what Kafka ${version} brings is finished (metadata.version ${wanted}): no version that does not know it can run any longer`;
  return {
    writes: [
      { kind: 'finish-features', features: missing },
      { kind: 'event', type: 'Normal', reason: 'FeaturesFinished', message },
    ],
    status: soaking,
    isFinishing: true,
  };
}

/** Whether every pod has run its version for long enough to give up the way back. */
export function isSoakOver(settledAt: string, observed: Pick<Observed, 'psc' | 'nowMs'>): boolean {
  return observed.nowMs >= soakEndsAtMs(settledAt, observed);
}

function soakEndsAtMs(settledAt: string, { psc }: Pick<Observed, 'psc'>): number {
  const minutes = psc.spec.kafka?.featureSoakMinutes ?? DEFAULT_FEATURE_SOAK_MINUTES;
  return Date.parse(settledAt) + minutes * 60_000;
}

/** Why the Kafka version that the spec asks for can read no more what the cluster has written; undefined where it can. */
export function downgradeObstacle(observed: Pick<Observed, 'psc' | 'kafka'>): string | undefined {
  const { version } = observed.psc.spec.kafka ?? {};
  const known = version === undefined ? undefined : metadataLevelOf(version);
  const finalized = finalizedLevel(observed);
  if (version === undefined || known === undefined || finalized === undefined || known >= finalized) return undefined;
  return `Kafka ${version} knows metadata.version ${known} at most, and ${finalized} is finished: its features cannot be taken back`;
}

/** What is in force, or was said to be next by whoever led before. */
function finalizedLevel({ psc, kafka }: Pick<Observed, 'psc' | 'kafka'>): number | undefined {
  const said = psc.status?.features?.metadataLevel;
  const seen = kafka.state === 'reachable' ? kafka.features?.[METADATA_VERSION] : undefined;
  return said === undefined || seen === undefined ? (said ?? seen) : Math.max(said, seen);
}

/** Levels that are not reached yet; undefined where nothing is left to finish, or the version is not known. */
function missingIn(finalized: Features, wanted: Features = {}): Features | undefined {
  const missing = Object.entries(wanted).filter(([name, level]) => (finalized[name] ?? 0) < level);
  return missing.length === 0 ? undefined : Object.fromEntries(missing);
}

/**
 * Whether a pod has come since with another template than the wanted one, which may be of another version: whoever applied it may
 * have ended, or have been of a release that knows nothing of all this, before the status said so.
 */
function ranAnother({ members, roles }: Context, sinceMs: number): boolean {
  return members.some(
    ({ role, pod }) =>
      pod !== undefined && pod.createdAtMs > sinceMs && pod.templateHash !== roles[role].templates.wanted.templateHash,
  );
}

/** Whether every pod runs what the spec asks for, is well, and none is about to be another. */
function runsOneVersion({ members, roles, observed }: Context, roll: Pick<RollPlan, 'pending' | 'fence'>): boolean {
  if (roll.pending.length > 0 || roll.fence !== undefined || observed.psc.status?.fence !== undefined) return false;
  const runsWanted = ({ refused, templates }: RoleContext, hash: string | undefined): boolean =>
    refused === undefined && hash === templates.wanted.templateHash;
  return members.every((each) => isWell(each) && runsWanted(roles[each.role], each.pod?.templateHash));
}
