import { type API, createAPI, type Reader, ResponseError, Writer } from '@platformatic/kafka';

/** One registered broker, as DescribeCluster tells of it. */
export interface DescribedBroker {
  readonly id: number;
  readonly isFenced: boolean;
}

/**
 * DescribeCluster, version 2: brokers of the cluster with the fenced ones, which no other answer shows to clients (KIP-1073).
 * Each broker answers by what it knows of the metadata itself. The client library ends at version 1.
 */
export const describeClusterV2: API<[], readonly DescribedBroker[]> = createAPI(
  60,
  2,
  () =>
    Writer.create()
      .appendBoolean(false) // No authorized operations.
      .appendInt8(BROKER_ENDPOINTS)
      .appendBoolean(true) // Fenced ones too.
      .appendTaggedFields(),
  parseDescribedCluster,
);

const BROKER_ENDPOINTS = 1;

function parseDescribedCluster(
  _correlationId: number,
  apiKey: number,
  apiVersion: number,
  reader: Reader,
): readonly DescribedBroker[] {
  reader.readInt32(); // Throttle time.
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString();
  if (errorCode !== 0) throw new ResponseError(apiKey, apiVersion, { '/': [errorCode, errorMessage] }, undefined);
  reader.readInt8(); // Kind of endpoints.
  reader.readString(); // Cluster id.
  reader.readInt32(); // A broker that takes requests for the controllers.
  return reader.readArray((each) => {
    const id = each.readInt32();
    each.readString(); // Host.
    each.readInt32(); // Port.
    each.readNullableString(); // Rack.
    return { id, isFenced: each.readBoolean() };
  });
}

export interface ElectionTopic {
  readonly topic: string;
  readonly partitions: readonly number[];
}

export interface ElectionResult {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** ElectLeaders, version 2, of preferred leaders (KIP-460). The client library does not have it. */
export const electPreferredV2: API<[topics: readonly ElectionTopic[], timeoutMs: number], readonly ElectionResult[]> =
  createAPI(
    43,
    2,
    (topics: readonly ElectionTopic[], timeoutMs: number) =>
      Writer.create()
        .appendInt8(PREFERRED)
        .appendArray([...topics], (writer, { topic, partitions }) => {
          writer.appendString(topic);
          writer.appendArray([...partitions], (inner, partition) => inner.appendInt32(partition), true, false);
        })
        .appendInt32(timeoutMs)
        .appendTaggedFields(),
    parseElections,
  );

const PREFERRED = 0;

function parseElections(
  _correlationId: number,
  apiKey: number,
  apiVersion: number,
  reader: Reader,
): readonly ElectionResult[] {
  reader.readInt32(); // Throttle time.
  const errorCode = reader.readInt16();
  if (errorCode !== 0) throw new ResponseError(apiKey, apiVersion, { '/': [errorCode, null] }, undefined);
  const topics = reader.readArray((each) => ({
    topic: each.readString(),
    partitions: each.readArray((inner) => ({
      partition: inner.readInt32(),
      errorCode: inner.readInt16(),
      errorMessage: inner.readNullableString(),
    })),
  }));
  return topics.flatMap(({ topic, partitions }) => partitions.map((each) => ({ topic, ...each })));
}

/** A controller as the quorum knows it: the directory is that of its volume, so that one with another volume is another voter. */
export interface RaftVoter {
  readonly id: number;
  readonly directory: string;
}

export interface RaftListener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** AddRaftVoter, version 0 (KIP-853). Answers when a majority has it. The client library does not have it. */
export const addRaftVoterV0: API<[voter: RaftVoter, listeners: readonly RaftListener[], timeoutMs: number], void> =
  createAPI(
    80,
    0,
    ({ id, directory }: RaftVoter, listeners: readonly RaftListener[], timeoutMs: number) =>
      Writer.create()
        .appendString(null) // Whichever cluster the broker is of.
        .appendInt32(timeoutMs)
        .appendInt32(id)
        .appendUUID(directory)
        .appendArray([...listeners], (writer, { name, host, port }) => {
          writer.appendString(name).appendString(host).appendUnsignedInt16(port);
        })
        .appendTaggedFields(),
    parseVoterChange,
  );

/** RemoveRaftVoter, version 0 (KIP-853). The client library does not have it. */
export const removeRaftVoterV0: API<[voter: RaftVoter], void> = createAPI(
  81,
  0,
  ({ id, directory }: RaftVoter) =>
    Writer.create()
      .appendString(null) // Whichever cluster the broker is of.
      .appendInt32(id)
      .appendUUID(directory)
      .appendTaggedFields(),
  parseVoterChange,
);

function parseVoterChange(_correlationId: number, apiKey: number, apiVersion: number, reader: Reader): void {
  reader.readInt32(); // Throttle time.
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString();
  if (errorCode !== 0) throw new ResponseError(apiKey, apiVersion, { '/': [errorCode, errorMessage] }, undefined);
}
