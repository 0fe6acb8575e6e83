import { InvalidPscError } from '../../constructs/kubernetes/kafka/invalid-psc-error.ts';
import { CONDITION_TYPES, findCondition } from '../../contracts/conditions.ts';
import type { StoredPsc } from '../psc/observed.ts';

/** What a client cluster can expect of its Kafka. */
export type KafkaStanding =
  | { readonly standing: 'ready' }
  /** Not whole, and it serves: its own rolls must not hold up its clients. */
  | { readonly standing: 'serves'; readonly reason: string }
  | { readonly standing: 'away'; readonly reason: string };

/**
 * By what the PSC of its Kafka says of itself.
 *
 * @throws InvalidPscError when it is another tenant's
 */
export function kafkaStanding(psc: StoredPsc, name: string, kafka: StoredPsc | undefined): KafkaStanding {
  const away = (reason: string): KafkaStanding => ({ standing: 'away', reason });
  if (kafka?.spec.kafka === undefined) return away(`there is no Kafka PSC ${name} in this Kubernetes cluster`);
  if (kafka.spec.tenant !== psc.spec.tenant) {
    throw new InvalidPscError(psc.metadata.name, [
      {
        field: `spec.${psc.spec.connect === undefined ? 'ksqldb' : 'connect'}.kafka`,
        value: name,
        rule: 'a cluster uses the Kafka of its own tenant',
        remedy: 'Name a Kafka PSC of the same tenant',
      },
    ]);
  }
  if (kafka.metadata.deletionTimestamp !== undefined) return away(`the Kafka PSC ${name} is being deleted`);
  const ready = findCondition(kafka.status?.conditions, CONDITION_TYPES.ready);
  if (ready === undefined) return away(`the Kafka PSC ${name} has not been made yet`);
  if (ready.status === 'True') return { standing: 'ready' };
  const reason = `the Kafka PSC ${name} is not ready (${ready.reason})`;
  return ready.status === 'Unknown' || ready.reason === 'QuorumLost' ? away(reason) : { standing: 'serves', reason };
}
