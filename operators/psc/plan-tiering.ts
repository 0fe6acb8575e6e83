import { CONDITION_TYPES, type ConditionUpdate, findCondition } from '../../contracts/conditions.ts';
import { isServing, type Member } from './classify.ts';
import type { Observed, RegisteredBroker, RemoteCopy } from './observed.ts';

type Said = Pick<ConditionUpdate, 'status' | 'reason' | 'message'>;

/** What begins a trouble, and below what it ends: between the two, what was said last is said on, so that noise writes nothing. */
interface Mark {
  readonly begins: number;
  readonly ends: number;
}

/**
 * Failed copies per second, as an average of five minutes: each partition is tried again every half a minute, so that one
 * partition that fails again and again is over the mark within two minutes, and a single failure never is. Brokers count what
 * does not pass by itself, a refusal for one (RLMCopyTask rethrows RetriableRemoteStorageException uncounted): a store that is
 * away shows by the lag alone.
 */
export const COPY_ERRORS: Mark = { begins: 0.01, ends: 0.003 };

/** Share of a broker's volume with segments that wait to be copied. They cannot go from the volume before they are. */
export const COPY_LAG_SHARE: Mark = { begins: 0.1, ends: 0.05 };

/**
 * Whether Infinite Storage works, by what the brokers' remote log managers say of themselves. A trouble that one broker shows
 * is said; that it is over, only once every broker that serves shows so.
 */
export function tieringOf(members: readonly Member[], { psc, kafka }: Pick<Observed, 'psc' | 'kafka'>): Said {
  const { tieredStorage } = psc.spec.kafka ?? {};
  if (tieredStorage === undefined) return { status: 'False', reason: 'NotRequested', message: '' };
  if (kafka.state === 'unreachable') return { status: 'Unknown', reason: 'KafkaUnreachable', message: kafka.reason };
  const serving = members.filter((each) => each.role === 'broker' && isServing(each));
  const shown = serving.flatMap(({ nodeId }) => copyOf(kafka.brokers.get(nodeId)) ?? []);
  if (shown.length === 0) {
    return { status: 'Unknown', reason: 'MetricsUnreadable', message: 'no broker shows how it copies segments' };
  }
  const stored = findCondition(psc.status?.conditions, CONDITION_TYPES.storageTiered);
  const said = TROUBLES.find((reason) => reason === stored?.reason);
  const trouble = troubleOf(shown, said) ?? (shown.length < serving.length ? said : undefined);
  if (trouble !== undefined) return { status: 'False', reason: trouble, message: messageOf(trouble, tieredStorage) };
  return { status: 'True', reason: 'Tiered', message: `segments are copied to bucket ${tieredStorage.bucket}` };
}

type Trouble = 'CopiesFailing' | 'CopyLagging';

/** The first that there is, is said. */
const TROUBLES: readonly Trouble[] = ['CopiesFailing', 'CopyLagging'];

interface Copy extends RemoteCopy {
  /** Bytes of the volume; absent when the broker did not tell. */
  readonly totalBytes?: number;
}

function copyOf(broker: RegisteredBroker | undefined): Copy | undefined {
  const copy = broker?.metrics?.remoteCopy;
  if (copy === undefined) return undefined;
  return broker?.disk === undefined ? copy : { ...copy, totalBytes: broker.disk.totalBytes };
}

function troubleOf(shown: readonly Copy[], said: Trouble | undefined): Trouble | undefined {
  const maxErrors = said === 'CopiesFailing' ? COPY_ERRORS.ends : COPY_ERRORS.begins;
  if (shown.some(({ errorsPerSecond }) => errorsPerSecond >= maxErrors)) return 'CopiesFailing';
  const maxShare = said === 'CopyLagging' ? COPY_LAG_SHARE.ends : COPY_LAG_SHARE.begins;
  const isBehind = ({ lagBytes, totalBytes }: Copy): boolean =>
    totalBytes !== undefined && lagBytes >= totalBytes * maxShare;
  return shown.some(isBehind) ? 'CopyLagging' : undefined;
}

/** Without numbers or names of brokers: a text that changes from look to look would be written each time. */
function messageOf(trouble: Trouble, { bucket }: { readonly bucket: string }): string {
  return {
    CopiesFailing: `copies to bucket ${bucket} fail: segments stay on the volumes until they succeed; the brokers' logs say why`,
    CopyLagging: `segments for bucket ${bucket} wait on the volumes: the store does not answer, or brokers write faster than they copy`,
  }[trouble];
}
