import { claimName } from '../../constructs/kubernetes/kafka/claims.ts';
import { ordinalOf } from '../../constructs/kubernetes/kafka/placed-pod.ts';
import { BOOTSTRAP_LABEL, PORTS } from '../../constructs/kubernetes/kafka/listeners.ts';
import type { BrokerStatus, ControllerStatus } from '../../contracts/gen/psc-types.ts';
import { externalHost } from '../../contracts/names.ts';
import { isServing, type Member } from './classify.ts';
import type { Context } from './context.ts';
import { isInPlaceOf, recordedClaims, replicasOf } from './gates.ts';
import { certificatesStatus } from './plan-certificates.ts';
import type { FeaturesPlan } from './plan-features.ts';
import type { LostControllersPlan } from './plan-lost-controllers.ts';
import { passwordsStatus } from './plan-passwords.ts';
import type { PlannedStatus } from './plan.ts';
import type { RollPlan } from './plan-roll.ts';
import type { ShrinkPlan } from './plan-shrink.ts';
import { statefulSetKey } from './templates.ts';

/** What the parts of a plan have the status remember. */
export interface Remembered {
  readonly roll: Pick<RollPlan, 'fence' | 'rolls'>;
  readonly shrink: Pick<ShrinkPlan, 'leaving' | 'gone'>;
  readonly features: Pick<FeaturesPlan, 'status'>;
  readonly lost: Pick<LostControllersPlan, 'joining'>;
}

/** What the status says beside conditions. */
export function planStatus(
  context: Context,
  { roll, shrink, features: { status: features }, lost }: Remembered,
): PlannedStatus {
  const { observed, view, members } = context;
  const { fence, rolls } = roll;
  const { leaving, gone } = shrink;
  // Of one that comes back while its former volume may still be on its way out nothing is written down.
  const unsettled = new Set(leaving.flatMap(({ pod, goneAt }) => (goneAt === undefined ? [] : [pod])));
  const present = members
    .filter(({ role, placed }) => role === 'broker' && !unsettled.has(placed.name))
    .map((each) => brokerStatus(context, each));
  const brokers = [...present, ...otherRows(context, present, gone)].sort(
    (a, b) => ordinalOf(a.pod) - ordinalOf(b.pod),
  );
  const controllers = members
    .filter(({ role }) => role === 'controller')
    .map((each) => controllerStatus(context, each, lost.joining));
  const certificates = certificatesStatus(observed);
  const passwords = passwordsStatus(observed);
  const ready = members.filter(({ pod }) => pod?.ready === 'True' && !pod.isTerminating).length;
  return {
    observedGeneration: observed.psc.metadata.generation,
    observedRevision: observed.psc.spec.revision,
    brokerCount: brokers.filter(({ joined }) => joined === true).length,
    brokers,
    controllers,
    podsReady: `${ready}/${members.length}`,
    disksGib: observed.claims.reduce((sum, { capacityGib = 0 }) => sum + capacityGib, 0),
    bootstrapServer: `${externalHost(BOOTSTRAP_LABEL, view.name, view.domain)}:${PORTS.external}`,
    ...(certificates === undefined ? {} : { certificates }),
    ...(features === undefined ? {} : { features }),
    ...(passwords === undefined ? {} : { passwords }),
    ...(fence === undefined ? {} : { fence }),
    ...(rolls.length === 0 ? {} : { rolls }),
    ...(leaving.length === 0 ? {} : { leaving }),
  };
}

/** Brokers that are placed no longer: nobody forgets them before they are gone, nor those that only the StatefulSet knows. */
function otherRows(
  { observed, view }: Context,
  present: readonly BrokerStatus[],
  gone: ReadonlySet<string>,
): readonly BrokerStatus[] {
  const names = new Set(present.map(({ pod }) => pod));
  const leaving = new Set(view.leaving.map(({ name }) => name));
  const rows = (observed.psc.status?.brokers ?? [])
    .filter(({ pod }) => leaving.has(pod) && !names.has(pod) && !gone.has(pod))
    .map((row) => ({ ...row, state: 'Draining' as const }));
  return [...rows, ...unknownRows({ observed, view })];
}

/** Pods that nobody knows of, by their claims: they count as brokers that have served. */
function unknownRows({ observed, view }: Pick<Context, 'observed' | 'view'>): readonly BrokerStatus[] {
  const made = replicasOf(observed.objects.get(statefulSetKey(view, 'broker')));
  const names = Array.from(
    { length: Math.max(0, made - view.brokers.length) },
    (_, index) => `kafka-${view.brokers.length + index}`,
  );
  return names.flatMap((pod): readonly BrokerStatus[] => {
    const claim = observed.claims.find(({ name }) => name === claimName(pod));
    if (claim === undefined || claim.zone === '') return [];
    return [{ pod, brokerId: ordinalOf(pod), zone: claim.zone, state: 'Unknown', joined: true, claimUid: claim.uid }];
  });
}

function brokerStatus(context: Context, each: Member): BrokerStatus {
  const { view, observed } = context;
  const { placed, nodeId, state } = each;
  const claim = observed.claims.find(({ name }) => name === claimName(placed.name));
  const uid = claimUid(context, each);
  return {
    pod: placed.name,
    brokerId: nodeId,
    zone: placed.zone,
    state,
    externalHost: externalHost(placed.name, view.name, view.domain),
    joined: hasJoined(context, each),
    ...(uid === undefined ? {} : { claimUid: uid }),
    ...(claim?.capacityGib === undefined ? {} : { diskSizeGib: claim.capacityGib }),
  };
}

function controllerStatus(context: Context, each: Member, joining: ReadonlySet<string>): ControllerStatus {
  const uid = claimUid(context, each);
  return {
    pod: each.placed.name,
    zone: each.placed.zone,
    state: each.state,
    ...(uid === undefined ? {} : { claimUid: uid }),
    ...(joining.has(each.placed.name) ? { joins: true } : {}),
  };
}

/** Whether a broker has served once; it stays so, whatever happens to it later. */
export function hasJoined({ observed }: Pick<Context, 'observed'>, member: Member): boolean {
  if (isServing(member)) return true;
  return observed.psc.status?.brokers?.find(({ pod }) => pod === member.placed.name)?.joined ?? false;
}

/** What was recorded first stays: data is on that volume, and on no other. Until the operator itself has made an empty one in its place. */
function claimUid({ observed }: Context, { role, placed }: Member): string | undefined {
  const recorded = recordedClaims(observed.psc.status, role).get(placed.name);
  const claim = observed.claims.find(({ name }) => name === claimName(placed.name));
  return recorded === undefined || isInPlaceOf(claim, role, recorded) ? claim?.uid : recorded;
}
