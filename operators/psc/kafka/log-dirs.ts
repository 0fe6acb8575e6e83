import { type API, type Connection, createAPI, type Reader, ResponseError, Writer } from '@platformatic/kafka';
import { readApiVersions } from './api-versions.ts';

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

/**
 * Folders of a broker. From 4.3 on it says what is cordoned; one before that is asked in the way that it knows, and has no cordons:
 * what a broker does not know it answers by ending the connection, under all that is asked on it.
 */
export async function describeLogDirs(connection: Connection, logs: AskedLogs): Promise<readonly LogDir[]> {
  const newest = await (NEWEST_KNOWN.get(connection) ?? askOnce(connection));
  return await (newest >= CORDON_VERSION ? describeLogDirsV5 : describeLogDirsV4).async(connection, logs);
}

const API_KEY = 35;
const CORDON_VERSION = 5;

/** Versions of DescribeLogDirs by the broker at the other end; a broker of another version comes with another connection. */
const NEWEST_KNOWN = new WeakMap<Connection, Promise<number>>();

function askOnce(connection: Connection): Promise<number> {
  const asked = newestKnown(connection);
  NEWEST_KNOWN.set(connection, asked);
  asked.catch(() => NEWEST_KNOWN.delete(connection));
  return asked;
}

async function newestKnown(connection: Connection): Promise<number> {
  const { apiKeys } = await readApiVersions(connection);
  return apiKeys.find(({ apiKey }) => apiKey === API_KEY)?.maxVersion ?? 0;
}

/** Version 5 says what is cordoned. The client library ends at version 4. */
const describeLogDirsV5 = logDirsApi(CORDON_VERSION);
const describeLogDirsV4 = logDirsApi(CORDON_VERSION - 1);

function logDirsApi(version: number): API<[logs: AskedLogs], readonly LogDir[]> {
  return createAPI(
    API_KEY,
    version,
    (logs: AskedLogs) =>
      // Null stands for all topics.
      Writer.create()
        .appendArray(logs === 'all' ? null : [], (writer) => writer)
        .appendTaggedFields(),
    parseLogDirs,
  );
}

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
      isCordoned: apiVersion >= CORDON_VERSION && each.readBoolean(),
    };
  });
  const failed = results.find(({ ownErrorCode }) => ownErrorCode !== 0);
  if (failed !== undefined) {
    throw new ResponseError(apiKey, apiVersion, { '/results': [failed.ownErrorCode, null] }, undefined);
  }
  return results;
}
