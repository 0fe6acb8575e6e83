import { findCondition } from '../../../contracts/conditions.ts';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import type { BrokerLoad } from '../../../cli/balance/broker-loads.ts';

/** GiB of each broker's volume, by the name of its pod. */
export function diskSizes(status: PhysicalStatefulCluster['status']): Readonly<Record<string, number>> {
  return Object.fromEntries((status?.brokers ?? []).map(({ pod, diskSizeGib }) => [pod, diskSizeGib ?? 0]));
}

/** A change that only brokers roll for: it is in their template and in no controller's. */
export function brokersOf(cpuLimitMillis: number): unknown {
  return { kafka: { brokers: { resources: { cpuLimitMillis } } } };
}

/** A batch of brokers is on its way out. */
export function isRollingBrokers({ status }: PhysicalStatefulCluster): boolean {
  return status?.fence?.role === 'broker' && reasonOf(status, 'flotilla.dev/Rolling') === 'WaitingForPods';
}

export function stateOf(status: PhysicalStatefulCluster['status'], pod: string): string {
  return status?.brokers?.find((each) => each.pod === pod)?.state ?? '';
}

export function grownTo(ckus: number): { readonly kafka: object } {
  const pods = (zone: number): readonly string[] =>
    Array.from({ length: ckus }, (_, index) => `kafka-${zone + 3 * index}`);
  const placement = { 'local-a': { pods: pods(0) }, 'local-b': { pods: pods(1) }, 'local-c': { pods: pods(2) } };
  return { kafka: { ckus, placement } };
}

/** Back to so many CKUs, and nothing of the brokers that go is kept. Those that stay need room for what the load has left with all. */
export function shrunkTo(ckus: number): unknown {
  const { kafka } = grownTo(ckus);
  return { kafka: { ...kafka, brokers: { volumeGraceHours: 0, storage: { sizeGib: ROOMY_GIB } } } };
}

const ROOMY_GIB = 6;

export function reasonOf(status: PhysicalStatefulCluster['status'], type: Parameters<typeof findCondition>[1]): string {
  return findCondition(status?.conditions, type)?.reason ?? '';
}

/** Six brokers, none of which holds a quarter more or less than the mean. */
export function isSpread(loads: readonly BrokerLoad[]): boolean {
  const mean = loads.reduce((sum, { replicas }) => sum + replicas, 0) / loads.length;
  return loads.length === 6 && loads.every(({ replicas }) => Math.abs(replicas - mean) < mean / 4);
}

export function isBalanced({ status }: PhysicalStatefulCluster): boolean {
  return status?.balance?.state === 'Balanced' && status.balance.memory?.underWay !== true;
}

/** Nothing is to be done for the newest spec, and that many brokers serve. */
export function isSettled(brokers: number): (psc: PhysicalStatefulCluster) => boolean {
  return ({ metadata, status }) =>
    status?.observedGeneration === metadata['generation'] &&
    status?.brokerCount === brokers &&
    reasonOf(status, 'flotilla.dev/Ready') === 'AllBrokersInSync' &&
    reasonOf(status, 'Reconciling') === 'UpToDate' &&
    status.fence === undefined;
}
