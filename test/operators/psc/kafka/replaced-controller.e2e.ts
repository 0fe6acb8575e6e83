import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { viewCluster } from '../../../../constructs/kubernetes/kafka/cluster-view.ts';
import { CONFIG_MAPS } from '../../../../constructs/kubernetes/kafka/config-maps.ts';
import { renderKafkaCluster } from '../../../../constructs/kubernetes/kafka/kafka-cluster.ts';
import type { RealKafkaPort } from '../../../../operators/psc/kafka/kafka-port.ts';
import type { QuorumMember, ReachableKafka } from '../../../../operators/psc/observed.ts';
import type { QuorumVoter } from '../../../../operators/psc/plan.ts';
import { exampleDataPlane } from '../../../support/example-psc.ts';
import { eventually } from '../../../support/kafka-wait.ts';
import { isWellCluster } from './kafka-hands.ts';
import { CHANGE_MAX_MS, OrdersCluster, psc } from './orders-cluster.ts';

const START_MAX_MS = 180_000;
jest.setTimeout(START_MAX_MS);

const LOST = 'controller-1';
const LOST_ID = 1001;

let orders: OrdersCluster;

beforeAll(async () => {
  orders = await OrdersCluster.start();
  await isWell();
}, START_MAX_MS);

afterAll(async () => {
  await orders.stop();
}, START_MAX_MS);

/** What the operator takes for granted where a controller's volume is lost, step by step. */
describe('a controller whose volume is lost', () => {
  let former: QuorumMember | undefined;

  test('is a voter with the directory of that volume', async () => {
    const { quorum } = await orders.fresh();
    former = voter(await orders.fresh());
    expect(former?.directory).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(quorum.voters.map(({ directory }) => directory)).size).toBe(3);
    expect(quorum.joining).toEqual([]);
  });

  test('loses its vote, and the others go on as a quorum of two', async () => {
    await orders.kafka.endPod(LOST);
    await orders.freshWhere('another leader', ({ quorum: { leaderId } }) => leaderId > 0 && leaderId !== LOST_ID);
    await insist((port) => port.removeVoter(psc, voterOf(former)));
    // Whoever leads next may not have heard that it is done.
    await insist((port) => port.removeVoter(psc, voterOf(former)));
    const { quorum } = await orders.fresh();
    expect(quorum.voters.map(({ id }) => id).sort()).toEqual([1000, 1002]);
    await insist((port) => port.alterClusterSettings(psc, { 'log.retention.ms': '7200000' }, []));
  });

  test('comes back with an empty volume as one that follows, and has no vote', async () => {
    await orders.kafka.startEmpty(LOST, placementWhere([LOST]));
    const { quorum } = await orders.freshWhere('it following', ({ quorum: { joining } }) =>
      joining.some(({ id, isCaughtUp }) => id === LOST_ID && isCaughtUp),
    );
    expect(quorum.voters.map(({ id }) => id).sort()).toEqual([1000, 1002]);
    const [joining] = quorum.joining.filter(({ isCaughtUp }) => isCaughtUp);
    expect(joining?.directory).not.toBe(former?.directory);
  });

  test('is given a vote with its new directory', async () => {
    const { quorum } = await orders.fresh();
    const joining = quorum.joining.find(({ isCaughtUp }) => isCaughtUp);
    await insist((port) => port.addVoter(psc, voterOf(joining)));
    await insist((port) => port.addVoter(psc, voterOf(joining)));
    const view = await orders.freshWhere('a quorum of three', isWellCluster);
    expect(voter(view)?.directory).toBe(joining?.directory);
  });

  test('has a vote that counts: without another controller the quorum goes on', async () => {
    await orders.kafka.endPod('controller-0');
    await orders.freshWhere('a leader', ({ quorum: { leaderId } }) => leaderId > 0 && leaderId !== 1000);
    await insist((port) => port.alterClusterSettings(psc, { 'log.retention.ms': '3600000' }, []));
    await orders.kafka.startPod('controller-0');
    await isWell();
  });

  test('starts again as it is, and does not lose its place by it', async () => {
    await orders.kafka.endPod(LOST);
    await orders.kafka.startPod(LOST);
    await isWell();
  });
});

function voter({ quorum }: ReachableKafka): QuorumMember | undefined {
  return quorum.voters.find(({ id }) => id === LOST_ID);
}

function voterOf(member: QuorumMember | undefined): QuorumVoter {
  if (member === undefined) throw new Error(`${LOST} is not there`);
  return { pod: LOST, id: member.id, directory: member.directory };
}

/** The file of the placement, once the status says that these controllers join. */
function placementWhere(joining: readonly string[]): Readonly<Record<string, string>> {
  const { controllers } = viewCluster(psc, exampleDataPlane('local'));
  const rows = controllers.map(({ name, zone }) => ({ pod: name, zone, joins: joining.includes(name) }));
  const objects = renderKafkaCluster({ ...psc, status: { controllers: rows } }, exampleDataPlane('local'));
  const placement = objects.find(({ metadata }) => metadata.name === CONFIG_MAPS.placement);
  return placement?.['data'] as Readonly<Record<string, string>>;
}

/** As the operator does, pass by pass: elections come in between where a machine is busy, and answers come late. */
async function insist(write: (port: RealKafkaPort) => Promise<void>): Promise<void> {
  await eventually({ what: 'a write that is taken', withinMs: CHANGE_MAX_MS }, async () => {
    await write(orders.port);
    return true;
  });
}

async function isWell(): Promise<void> {
  await orders.freshWhere('a cluster that is well', isWellCluster);
}
