import { setTimeout as delay } from 'node:timers/promises';
import { PLATFORM_USERS } from '../../constructs/kubernetes/kafka/secrets.ts';
import { type Decision, decide } from '../../operators/balancer/execute/decide.ts';
import type { BalanceIntent, ObservedCluster } from '../../operators/balancer/execute/observed.ts';
import { SECOND_LOOK_MS } from '../../operators/balancer/kafka/broker-meter.ts';
import { newMeters, observeCluster } from '../../operators/balancer/kafka/observe-cluster.ts';
import { balancedBrokers, capacityOf, intentOf, storedMemory } from '../../operators/balancer/service/psc-intent.ts';
import { unreachableReason } from '../../operators/psc/kafka/kafka-error.ts';
import type { StoredPsc } from '../../operators/psc/observed.ts';
import { outsideKafka } from '../psc/outside-kafka.ts';
import { onePsc, type PscCluster } from '../psc/psc-cluster.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

/** What the balancer would see and decide now, seen from outside of the Kubernetes cluster. */
export interface BalanceLook {
  readonly psc: StoredPsc;
  readonly cluster: ObservedCluster;
  readonly intent: BalanceIntent;
  readonly decision: Decision;
}

/**
 * Looks at a cluster twice, as far apart as it takes to tell rates, and decides as the balancer would. Nothing is changed. Brokers'
 * own metrics are served inside only: loads go by offsets, and whether clients are slow is not known.
 *
 * @param measuring told before the wait
 * @throws UserError when the cluster cannot be asked
 */
export async function lookAtBalance(
  cluster: PscCluster,
  name: string,
  measuring: (seconds: number) => void,
): Promise<BalanceLook> {
  const psc = await onePsc(cluster, name);
  const { kafka } = psc.spec;
  if (kafka === undefined) throw new UserError(`PSC ${name} is no Kafka cluster`, { hint: 'name one that is' });
  const outside = outsideKafka(cluster, psc, balancedBrokers(psc), PLATFORM_USERS.balancer);
  const context = { ...outside, capacity: capacityOf(kafka), meters: newMeters(), nowMs: () => Date.now() };
  try {
    await observeCluster(context);
    measuring(Math.ceil(SECOND_LOOK_MS / 1000));
    await delay(SECOND_LOOK_MS);
    const seen = await observeCluster(context);
    const intent = intentOf(psc, seen.atMs);
    return { psc, cluster: seen, intent, decision: decide(seen, intent, storedMemory(psc)) };
  } catch (error) {
    throw new UserError(`the Kafka of PSC ${name} cannot be asked: ${unreachableReason(error)}`, {
      hint: `see what it waits for: ./flotilla psc explain ${name}`,
      exitCode: EXIT_CODES.environment,
      cause: error,
    });
  } finally {
    outside.connections.close();
  }
}
