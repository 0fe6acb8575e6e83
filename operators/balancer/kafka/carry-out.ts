import {
  alterPartitionReassignmentsV0,
  ConfigResourceTypes,
  IncrementalAlterConfigOperationTypes,
  incrementalAlterConfigsV1,
} from '@platformatic/kafka';
import { electPreferred } from '../../psc/kafka/alter-kafka.ts';
import type { BrokerConnections } from '../../psc/kafka/broker-connections.ts';
import type { BrokerPlace } from '../../psc/kafka/broker-places.ts';
import { refusalsIn } from '../../psc/kafka/kafka-error.ts';
import { firstAnswering } from '../../psc/kafka/read-kafka.ts';
import type { BalanceStep, PartitionName } from '../execute/steps.ts';
import { THROTTLE_SETTINGS } from './read-throttles.ts';

type ConfigResource = Parameters<typeof incrementalAlterConfigsV1.api.async>[1][number];

export interface CarryOutContext {
  readonly brokers: readonly BrokerPlace[];
  readonly connections: BrokerConnections;
}

/**
 * Makes one call of the balancer to Kafka.
 *
 * @throws Error when Kafka cannot be reached, or refuses; a part may have taken effect
 */
export async function carryOut(step: BalanceStep, { brokers, connections }: CarryOutContext): Promise<void> {
  switch (step.kind) {
    case 'throttle-brokers':
      await forEachBroker(step.brokers, { brokers, connections }, setRate(step.bytesPerSecond));
      return;
    case 'unthrottle-brokers':
      await forEachBroker(step.brokers, { brokers, connections }, setRate(undefined));
      return;
    case 'throttle-replicas':
      await alterConfigs(await anyBroker({ brokers, connections }), connections, {
        resourceType: ConfigResourceTypes.TOPIC,
        resourceName: step.topic,
        configs: [
          config(THROTTLE_SETTINGS.leaders, step.leaders.join(',')),
          config(THROTTLE_SETTINGS.followers, step.followers.join(',')),
        ],
      });
      return;
    case 'reassign':
      await reassign(step.partitions, { brokers, connections });
      return;
    case 'cancel':
      await reassign(
        step.partitions.map((each) => ({ ...each, replicas: null })),
        { brokers, connections },
      );
      return;
    case 'elect':
      await electPreferred(await anyBroker({ brokers, connections }), connections, step.partitions, OUT_OF_SYNC);
  }
}

/** PREFERRED_LEADER_NOT_AVAILABLE: it fell behind since the look, and the next pass sees that. */
const OUT_OF_SYNC: ReadonlySet<number> = new Set([80]);

async function anyBroker({ brokers, connections }: CarryOutContext): Promise<BrokerPlace> {
  return (await firstAnswering(brokers, connections)).broker;
}

/** A broker takes its own settings only from itself. */
async function forEachBroker(
  ids: readonly number[],
  { brokers, connections }: CarryOutContext,
  configs: ConfigResource['configs'],
): Promise<void> {
  await Promise.all(
    brokers
      .filter(({ id }) => ids.includes(id))
      .map((broker) =>
        alterConfigs(broker, connections, {
          resourceType: ConfigResourceTypes.BROKER,
          resourceName: String(broker.id),
          configs,
        }),
      ),
  );
}

function setRate(bytesPerSecond: number | undefined): ConfigResource['configs'] {
  return THROTTLE_SETTINGS.rates.map((name) =>
    config(name, bytesPerSecond === undefined ? '' : String(bytesPerSecond)),
  );
}

/** An empty value takes the setting away. */
function config(name: string, value: string): ConfigResource['configs'][number] {
  return value === ''
    ? { name, configOperation: IncrementalAlterConfigOperationTypes.DELETE }
    : { name, value, configOperation: IncrementalAlterConfigOperationTypes.SET };
}

async function alterConfigs(
  broker: BrokerPlace,
  connections: BrokerConnections,
  resource: ConfigResource,
): Promise<void> {
  await unless(GONE, () =>
    connections.call(broker, (connection) => incrementalAlterConfigsV1.api.async(connection, [resource], false)),
  );
}

/** Time that the broker gives the controllers. */
const REASSIGN_MAX_MS = 3_000;
/** The topic was deleted: there is nothing to slow down or to move. */
const GONE: readonly string[] = ['UNKNOWN_TOPIC_OR_PARTITION'];

async function reassign(
  partitions: readonly (PartitionName & { readonly replicas: readonly number[] | null })[],
  context: CarryOutContext,
): Promise<void> {
  const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, each]) => ({
    name,
    partitions: each.map(({ partition, replicas }) => ({
      partitionIndex: partition,
      replicas: replicas === null ? null : [...replicas],
    })),
  }));
  const broker = await anyBroker(context);
  await unless([...GONE, 'NO_REASSIGNMENT_IN_PROGRESS'], () =>
    context.connections.call(broker, (connection) =>
      alterPartitionReassignmentsV0.api.async(connection, REASSIGN_MAX_MS, false, topics),
    ),
  );
}

/** What Kafka refuses for these reasons is done already; partitions of the same call that it did not refuse are on their way. */
async function unless(done: readonly string[], act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const refusals = refusalsIn(error);
    if (refusals.length === 0 || !refusals.every(({ id }) => done.includes(id))) throw error;
  }
}
