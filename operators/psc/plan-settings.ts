import { dynamicLimits } from '../../constructs/kubernetes/kafka/dynamic-limits.ts';
import { isPlatformOwned } from '../../constructs/kubernetes/kafka/user-config.ts';
import type { ClusterView } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import type { Context } from './context.ts';
import type { ReachableKafka } from './observed.ts';
import type { Write } from './plan.ts';

/** Settings and quotas that Kafka takes while it runs, where they are not as the PSC has them. */
export function planSettings({ view, observed: { kafka } }: Context): readonly Write[] {
  // Nobody could store them, and a write that fails ends a pass before it has repaired the controllers.
  if (kafka.state === 'unreachable' || kafka.brokers.size === 0 || kafka.quorum.leaderId < 0) return [];
  const { brokerDefaults, clientQuotas } = dynamicLimits(view, carryingBrokers(view, kafka));
  const own = Object.entries(view.kafka.config ?? {}).filter(([key]) => kafka.dynamicSettings.has(key));
  const wanted: Readonly<Record<string, string>> = { ...brokerDefaults, ...Object.fromEntries(own) };
  const set = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => kafka.clusterSettings[key] !== value));
  // What the platform owns, others of its parts have set: throttles, the controllers' min ISR.
  const remove = Object.keys(kafka.clusterSettings).filter((key) => wanted[key] === undefined && !isPlatformOwned(key));
  const [quota] = clientQuotas;
  const values: Readonly<Record<string, number>> = { ...quota?.values };
  const isQuotaSet = Object.entries(values).every(([key, value]) => kafka.defaultUserQuota[key] === value);
  return [
    ...(Object.keys(set).length + remove.length === 0
      ? []
      : [{ kind: 'alter-cluster-settings', set, remove } as const]),
    ...(isQuotaSet ? [] : [{ kind: 'alter-default-quota', values } as const]),
  ];
}

/** Brokers with a replica of anything; all of them in a cluster that has none. */
function carryingBrokers({ brokers }: ClusterView, { partitions }: ReachableKafka): number {
  const carrying = new Set(partitions.flatMap(({ replicas }) => replicas));
  return brokers.filter(({ ordinal }) => carrying.has(ordinal)).length || brokers.length;
}
