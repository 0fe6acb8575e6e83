import { type Parsed, parsedUnless, type Violation } from '../../../contracts/parsed.ts';
import {
  type BrokerState,
  type ClusterModel,
  MAX_LOAD,
  type PartitionLoads,
  RESOURCES,
  writeLoads,
} from './cluster-model.ts';
import { partitionFinder } from './find-partition.ts';
import { i32 } from './typed-arrays.ts';

/** What became different since a model was made. Brokers by id. */
export interface ModelChanges {
  readonly brokers?: readonly { readonly id: number; readonly state: BrokerState }[];
  readonly partitions?: readonly PartitionChange[];
}

/** A partition's new loads, or its new replicas (as many as before) and leader, or both. */
export interface PartitionChange {
  readonly topic: string;
  readonly partition: number;
  readonly loads?: PartitionLoads;
  readonly placement?: { readonly replicas: readonly number[]; readonly leader: number };
}

/**
 * The model with some things changed, at the cost of copying its columns and of the changes: nothing is parsed or sorted anew. Partitions that come or go, and
 * brokers that join, need a model made anew. The old model stays as it is.
 */
export function changeModel(model: ClusterModel, changes: ModelChanges): Parsed<ClusterModel> {
  const violations: Violation[] = [];
  const indexOf = new Map(model.brokers.map(({ id }, index) => [id, index]));
  const brokers = [...model.brokers];
  for (const [index, { id, state }] of (changes.brokers ?? []).entries()) {
    const at = indexOf.get(id);
    const broker = at === undefined ? undefined : brokers[at];
    if (at === undefined || broker === undefined) {
      violations.push({ path: `brokers[${index}].id`, value: id, rule: 'must be the id of a broker' });
    } else brokers[at] = { ...broker, state };
  }
  const changed = {
    ...model,
    brokers,
    loads: model.loads.slice(),
    brokerOf: model.brokerOf.slice(),
    leaderOf: model.leaderOf.slice(),
  };
  const find = partitionFinder(model);
  for (const [index, change] of (changes.partitions ?? []).entries()) {
    const path = `partitions[${index}]`;
    const partition = find(change.topic, change.partition);
    if (partition < 0) {
      const value = `${change.topic}-${change.partition}`;
      violations.push({ path, value, rule: 'must be a partition of the model' });
      continue;
    }
    if (change.loads !== undefined) changeLoads(changed, partition, change.loads, path, violations);
    if (change.placement !== undefined)
      changePlacement(changed, partition, change.placement, indexOf, path, violations);
  }
  return parsedUnless(violations, () => changed);
}

function changeLoads(
  model: ClusterModel,
  partition: number,
  loads: PartitionLoads,
  path: string,
  violations: Violation[],
): void {
  const wrong = RESOURCES.filter((resource) => !(loads[resource] >= 0 && loads[resource] <= MAX_LOAD[resource]));
  for (const resource of wrong) {
    const rule = `must be a load from 0 to ${MAX_LOAD[resource]}`;
    violations.push({ path: `${path}.loads.${resource}`, value: loads[resource], rule });
  }
  if (wrong.length === 0) writeLoads(model.loads, partition, loads);
}

function changePlacement(
  model: ClusterModel,
  partition: number,
  { replicas, leader }: NonNullable<PartitionChange['placement']>,
  indexOf: ReadonlyMap<number, number>,
  path: string,
  violations: Violation[],
): void {
  const first = i32(model.firstReplica, partition);
  const count = i32(model.firstReplica, partition + 1) - first;
  const known = [...new Set(replicas.flatMap((id) => indexOf.get(id) ?? []))].sort((a, b) => a - b);
  if (known.length !== replicas.length || replicas.length !== count) {
    violations.push({
      path: `${path}.placement.replicas`,
      value: replicas,
      rule: `must be ${count} different brokers of the model`,
    });
  } else if (!replicas.includes(leader)) {
    violations.push({ path: `${path}.placement.leader`, value: leader, rule: 'must be one of the replicas' });
  } else {
    model.brokerOf.set(known, first);
    model.leaderOf[partition] = indexOf.get(leader) ?? -1;
  }
}
