import { type API, createAPI, type Reader, ResponseError, Writer } from '@platformatic/kafka';

/** One folder of a broker, as it tells of it itself. */
export interface LogDir {
  readonly totalBytes: bigint;
  readonly usableBytes: bigint;
  /** Whether nothing new is put there (KIP-1066). */
  readonly isCordoned: boolean;
  /** Logs of the partitions that were asked for. */
  readonly logs: number;
}

/** Whose logs to count: `none` asks for what holds for the folder as a whole (KIP-827). */
export type AskedLogs = 'all' | 'none';

/** DescribeLogDirs, version 5, which says what is cordoned. The client library ends at version 4. */
export const describeLogDirsV5: API<[logs: AskedLogs], readonly LogDir[]> = createAPI(
  35,
  5,
  (logs: AskedLogs) =>
    // Null stands for all topics.
    Writer.create()
      .appendArray(logs === 'all' ? null : [], (writer) => writer)
      .appendTaggedFields(),
  parseLogDirs,
);

function parseLogDirs(_correlationId: number, apiKey: number, apiVersion: number, reader: Reader): readonly LogDir[] {
  reader.readInt32(); // Throttle time.
  const errorCode = reader.readInt16();
  if (errorCode !== 0) throw new ResponseError(apiKey, apiVersion, { '/': [errorCode, null] }, undefined);
  const results = reader.readArray((each) => {
    const ownErrorCode = each.readInt16();
    each.readString(); // Path.
    const topics = each.readArray((topic) => {
      topic.readString();
      return topic.readArray((partition) => {
        partition.readInt32();
        partition.readInt64();
        partition.readInt64();
        return partition.readBoolean();
      }).length;
    });
    const logs = topics.reduce((sum, count) => sum + count, 0);
    return {
      ownErrorCode,
      logs,
      totalBytes: each.readInt64(),
      usableBytes: each.readInt64(),
      isCordoned: each.readBoolean(),
    };
  });
  const failed = results.find(({ ownErrorCode }) => ownErrorCode !== 0);
  if (failed !== undefined) {
    throw new ResponseError(apiKey, apiVersion, { '/results': [failed.ownErrorCode, null] }, undefined);
  }
  return results;
}
