import { claimName } from '../../constructs/kubernetes/kafka/claims.ts';
import { BOOTSTRAP_LABEL, PORTS } from '../../constructs/kubernetes/kafka/listeners.ts';
import type { BrokerStatus, ControllerStatus } from '../../contracts/gen/psc-types.ts';
import { externalHost } from '../../contracts/names.ts';
import { isServing, type Member } from './classify.ts';
import type { Context } from './context.ts';
import { recordedClaims } from './gates.ts';
import type { PlannedStatus } from './plan.ts';
import type { RollPlan } from './plan-roll.ts';

/** What the status says beside conditions. */
export function planStatus(context: Context, { fence, rolls }: Pick<RollPlan, 'fence' | 'rolls'>): PlannedStatus {
  const { observed, view, members } = context;
  const placed = members.filter(({ role }) => role === 'broker').map((each) => brokerStatus(context, each));
  const brokers = [...placed, ...leavingRows(context, placed)];
  const controllers = members
    .filter(({ role }) => role === 'controller')
    .map((each) => controllerStatus(context, each));
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
    ...(fence === undefined ? {} : { fence }),
    ...(rolls.length === 0 ? {} : { rolls }),
  };
}

/** Brokers that served and are placed no longer hold data until the balancer has emptied them: nobody forgets them before. */
function leavingRows({ observed }: Context, placed: readonly BrokerStatus[]): readonly BrokerStatus[] {
  const names = new Set(placed.map(({ pod }) => pod));
  const rows = observed.psc.status?.brokers ?? [];
  return rows
    .filter(({ pod, joined }) => joined === true && !names.has(pod))
    .map((row) => ({ ...row, state: 'Draining' as const }));
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

function controllerStatus(context: Context, each: Member): ControllerStatus {
  const uid = claimUid(context, each);
  return {
    pod: each.placed.name,
    zone: each.placed.zone,
    state: each.state,
    ...(uid === undefined ? {} : { claimUid: uid }),
  };
}

/** Whether a broker has served once; it stays so, whatever happens to it later. */
export function hasJoined({ observed }: Pick<Context, 'observed'>, member: Member): boolean {
  if (isServing(member)) return true;
  return observed.psc.status?.brokers?.find(({ pod }) => pod === member.placed.name)?.joined ?? false;
}

/** What was recorded first stays: data is on that volume, and on no other. */
function claimUid({ observed }: Context, { role, placed }: Member): string | undefined {
  const recorded = recordedClaims(observed.psc.status, role).get(placed.name);
  return recorded ?? observed.claims.find(({ name }) => name === claimName(placed.name))?.uid;
}
