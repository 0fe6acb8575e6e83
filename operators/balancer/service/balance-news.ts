import type { BalanceStatus } from '../../../contracts/gen/psc-types.ts';
import type { EventNote } from '../../runtime/event-recorder.ts';

/** What a person would ask of a change of the balancer's status, said once as it comes to be. */
export function newsBetween(
  before: BalanceStatus | undefined,
  after: BalanceStatus | undefined,
): readonly Pick<EventNote, 'reason' | 'message'>[] {
  const { underWay: was = false } = before?.memory ?? {};
  const { underWay: is = false } = after?.memory ?? {};
  const { partitionsToMove = 0, bytesToMove, partitionsMoved = 0, bytesMoved, drained = [] } = after ?? {};
  const proven = drained.filter((pod) => before?.drained?.includes(pod) !== true);
  const stalled = (after?.stalledBrokers ?? []).filter(
    ({ pod }) => before?.stalledBrokers?.some((each) => each.pod === pod) !== true,
  );
  const began = `${partitionsToMove} partitions, ${toMib(bytesToMove)} MiB`;
  const ended = `${partitionsMoved} partitions, ${toMib(bytesMoved)} MiB were moved`;
  return [
    ...(!was && is ? [{ reason: 'BalancingBegan', message: began }] : []),
    ...(was && !is ? [{ reason: 'BalancingEnded', message: ended }] : []),
    ...(proven.length > 0 ? [{ reason: 'BrokersDrained', message: `${proven.join(', ')} hold nothing any more` }] : []),
    ...stalled.map(({ pod }) => ({
      reason: 'StorageStalls',
      message: `${pod} waits for its storage while all others are well: it is restarted once`,
    })),
  ];
}

function toMib(bytes = '0'): number {
  return Math.ceil(Number(bytes) / 2 ** 20);
}
