import { fewOf } from '../../runtime/few-of.ts';
import { nameOf } from '../execute/choose-batch.ts';
import type { BalanceStep, PartitionName } from '../execute/steps.ts';

/** One call to Kafka in words. */
export function describeStep(step: BalanceStep): string {
  switch (step.kind) {
    case 'throttle-brokers':
      return `let moves take ${Math.round(step.bytesPerSecond / 1024)} KiB/s at brokers ${step.brokers.join(', ')}`;
    case 'unthrottle-brokers':
      return `take the limit of moves away from brokers ${step.brokers.join(', ')}`;
    case 'throttle-replicas':
      return step.followers.length + step.leaders.length === 0
        ? `hold no replica of ${step.topic} back any more`
        : `hold back moves of ${step.topic}: ${step.followers.join(' ')}`;
    case 'reassign':
      return `move ${named(step.partitions, (each) => `${nameOf(each)} to ${each.replicas.join()}`)}`;
    case 'cancel':
      return `take back the moves of ${named(step.partitions, nameOf)}`;
    case 'elect':
      return `give leaders back: ${named(step.partitions, nameOf)}`;
  }
}

const MAX_NAMED = 8;

function named<T extends PartitionName>(partitions: readonly T[], nameOne: (each: T) => string): string {
  return fewOf(partitions.map(nameOne), MAX_NAMED, '; ');
}
