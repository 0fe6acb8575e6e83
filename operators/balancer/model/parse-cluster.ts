import { type Parsed, parsedUnless, type Violation } from '../../../contracts/parsed.ts';
import { buildModel, type PartitionInput } from './build-model.ts';
import {
  type Broker,
  BROKER_STATES,
  type BrokerState,
  type ClusterModel,
  MAX_LOAD,
  type Resource,
  RESOURCES,
} from './cluster-model.ts';

/** Most violations that are told; an input of a million partitions without loads shall not become a million lines. */
export const MAX_VIOLATIONS = 1_000;
/** More replicas of a partition than any Kafka has use for. */
const MAX_REPLICAS = 100;
const MAX_INT32 = 2 ** 31 - 1;

/**
 * The common input format (`{brokers, partitions, excludedTopics?}`; MB, KB/s, percent of CPU) as a model, or everything that is wrong with it, each with
 * its path. `size`, `nwIn`, `nwOut` and `cpu` are the leader's.
 */
export function parseCluster(input: unknown): Parsed<ClusterModel> {
  const problems = new Problems();
  const root = isRecord(input) ? input : {};
  if (!isRecord(input)) problems.add('', input, 'must be an object with brokers and partitions');
  const brokers = parseBrokers(root['brokers'], problems);
  const partitions = parsePartitions(root['partitions'], new Set(brokers.map(({ id }) => id)), problems);
  const excludedTopics = parseTopicNames(root['excludedTopics'], problems);
  return parsedUnless(problems.all, () => buildModel(brokers, partitions, new Set(excludedTopics)));
}

class Problems {
  readonly all: Violation[] = [];

  add(path: string, value: unknown, rule: string): void {
    if (this.all.length < MAX_VIOLATIONS) this.all.push({ path, value, rule });
  }
}

function parseBrokers(input: unknown, problems: Problems): readonly Broker[] {
  if (!Array.isArray(input) || input.length === 0) {
    problems.add('brokers', input, 'must be a list of at least one broker');
    return [];
  }
  const ids = new Set<number>();
  const brokers = input.map((entry: unknown, index) => {
    const path = `brokers[${index}]`;
    const raw = isRecord(entry) ? entry : {};
    const id = isCount(raw['id']) ? raw['id'] : -1;
    if (id < 0) problems.add(`${path}.id`, raw['id'], 'must be a whole number from 0');
    else if (ids.has(id)) problems.add(`${path}.id`, id, 'must be the id of one broker only');
    ids.add(id);
    const rack = typeof raw['rack'] === 'string' ? raw['rack'] : '';
    if (rack === '') problems.add(`${path}.rack`, raw['rack'], 'must name the rack (the zone) of the broker');
    const state = BROKER_STATES.find((one) => one === (raw['state'] ?? 'alive'));
    if (state === undefined) problems.add(`${path}.state`, raw['state'], `must be one of ${BROKER_STATES.join(', ')}`);
    return { id, rack, state: state ?? 'alive', capacity: parseCapacity(raw['capacity'], path, problems) };
  });
  if (!brokers.some(({ state }) => canHold(state))) {
    problems.add('brokers', brokers.length, 'must have one at least that is neither dead nor draining');
  }
  return brokers;
}

function canHold(state: BrokerState): boolean {
  return state !== 'dead' && state !== 'draining';
}

function parseCapacity(input: unknown, path: string, problems: Problems): Broker['capacity'] {
  const raw = isRecord(input) ? input : {};
  const capacity = { disk: 1, nwIn: 1, nwOut: 1, cpu: 1 };
  for (const resource of RESOURCES) {
    const value = raw[resource];
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) capacity[resource] = value;
    else problems.add(`${path}.capacity.${resource}`, value, 'must be greater than zero');
  }
  return capacity;
}

function parsePartitions(
  input: unknown,
  brokerIds: ReadonlySet<number>,
  problems: Problems,
): readonly PartitionInput[] {
  if (!Array.isArray(input)) {
    problems.add('partitions', input, 'must be a list of partitions');
    return [];
  }
  const seen = new Map<string, Set<number>>();
  const partitions: PartitionInput[] = [];
  for (let index = 0; index < input.length; index += 1) {
    const partition = parsePartition(input[index], index, brokerIds, problems);
    const { topic, partition: number } = partition;
    let numbers = seen.get(topic);
    if (numbers === undefined) seen.set(topic, (numbers = new Set()));
    if (numbers.has(number)) problems.add(`partitions[${index}]`, `${topic}-${number}`, 'must be told only once');
    numbers.add(number);
    partitions.push(partition);
  }
  return partitions;
}

function parsePartition(
  input: unknown,
  index: number,
  brokerIds: ReadonlySet<number>,
  problems: Problems,
): PartitionInput {
  const raw = isRecord(input) ? input : {};
  const topic = typeof raw['topic'] === 'string' ? raw['topic'] : '';
  if (topic === '') problems.add(at(index, 'topic'), raw['topic'], 'must be the name of a topic');
  const partition = isCount(raw['partition']) ? raw['partition'] : -1;
  if (partition < 0) problems.add(at(index, 'partition'), raw['partition'], 'must be a whole number from 0');
  const replicas = parseReplicas(raw['replicas'], index, brokerIds, problems);
  const leader = typeof raw['leader'] === 'number' ? raw['leader'] : -1;
  if (!replicas.includes(leader)) problems.add(at(index, 'leader'), raw['leader'], 'must be one of the replicas');
  const disk = parseLoad(raw['size'], index, 'size', 'disk', problems);
  const nwIn = parseLoad(raw['nwIn'], index, 'nwIn', 'nwIn', problems);
  const nwOut = parseLoad(raw['nwOut'], index, 'nwOut', 'nwOut', problems);
  const cpu = parseLoad(raw['cpu'], index, 'cpu', 'cpu', problems);
  return { topic, partition, replicas, leader, disk, nwIn, nwOut, cpu };
}

/** Made only where something is wrong: there may be a million partitions. */
function at(partition: number, key: string): string {
  return `partitions[${partition}].${key}`;
}

function parseReplicas(
  input: unknown,
  partition: number,
  brokerIds: ReadonlySet<number>,
  problems: Problems,
): readonly number[] {
  if (!Array.isArray(input) || input.length === 0 || input.length > MAX_REPLICAS) {
    problems.add(at(partition, 'replicas'), input, `must be a list of 1 to ${MAX_REPLICAS} broker ids`);
    return [];
  }
  const replicas: number[] = [];
  for (let index = 0; index < input.length; index += 1) {
    const id: unknown = input[index];
    if (typeof id !== 'number' || !brokerIds.has(id))
      problems.add(at(partition, `replicas[${index}]`), id, 'must be the id of a broker');
    else if (replicas.includes(id)) problems.add(at(partition, `replicas[${index}]`), id, 'must not repeat a broker');
    else replicas.push(id);
  }
  return replicas;
}

function parseLoad(value: unknown, partition: number, key: string, resource: Resource, problems: Problems): number {
  if (typeof value === 'number' && value >= 0 && value <= MAX_LOAD[resource]) return value;
  problems.add(at(partition, key), value, `must be a load from 0 to ${MAX_LOAD[resource]}`);
  return 0;
}

function parseTopicNames(input: unknown, problems: Problems): readonly string[] {
  if (input === undefined) return [];
  if (Array.isArray(input)) {
    const names: readonly unknown[] = input;
    for (const [index, name] of names.entries()) {
      if (typeof name !== 'string') problems.add(`excludedTopics[${index}]`, name, 'must be the name of a topic');
    }
    return names.filter((name) => typeof name === 'string');
  }
  problems.add('excludedTopics', input, 'must be a list of topics');
  return [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_INT32;
}
