import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { describeRef, keyOf, type ObjectRef, refOf } from './object-ref.ts';
import { type ProtectedKind, protectionOf } from './protected-kinds.ts';
import { customGroupKinds, type StageName, stageOf, STAGES } from './stages.ts';

export interface PlanRequest {
  /** Objects that the cluster shall have, in the order of their files. */
  readonly desired: readonly KubernetesObject[];
  /** Objects that the inventory says were applied before. */
  readonly recorded: readonly ObjectRef[];
  /** `keep` deletes nothing: what is no longer wanted stays in the inventory. */
  readonly prune: PruneMode;
  readonly allowDelete: ReadonlySet<ProtectedKind>;
}

export const PRUNE_MODES = ['delete', 'keep'] as const;
export type PruneMode = (typeof PRUNE_MODES)[number];

/** Everything that one apply will do, decided before the first write. */
export interface ApplyPlan {
  readonly stages: readonly ApplyStage[];
  /** What the inventory must say before the first write: nothing that was or may be applied is ever left out. */
  readonly intent: readonly ObjectRef[];
  /** To delete, step by step, in the reverse order of the stages. */
  readonly deletions: readonly (readonly ObjectRef[])[];
  /** No longer wanted, and still there. */
  readonly kept: readonly KeptObject[];
}

export interface ApplyStage {
  readonly name: StageName;
  readonly objects: readonly KubernetesObject[];
}

export interface KeptObject {
  readonly ref: ObjectRef;
  readonly reason: string;
  /** Flag that deletes it. */
  readonly flag: string;
}

/** Two manifests claim one object: a defect of the synthesizer, or two folders mixed. */
export class DuplicateObjectError extends Error {
  constructor(ref: ObjectRef) {
    super(`${describeRef(ref)} is in the manifests twice`);
    this.name = 'DuplicateObjectError';
  }
}

/** Decides what to apply, delete and keep. Throws {@link DuplicateObjectError}. */
export function planApply(request: PlanRequest): ApplyPlan {
  const desired = byKey(request.desired.map(refOf), { onDuplicate: 'throw' });
  const recorded = byKey(request.recorded, { onDuplicate: 'ignore' });
  const unwanted = [...recorded].filter(([key]) => !desired.has(key)).map(([, ref]) => ref);
  const kept = unwanted.flatMap((ref) => keptObject(ref, request));
  const keptKeys = new Set(kept.map(({ ref }) => keyOf(ref)));
  const custom = customGroupKinds(request.desired);
  return {
    stages: inStages(request.desired, (object) => stageOf(refOf(object), custom)).map(([name, objects]) => ({
      name,
      objects,
    })),
    intent: [...new Map([...recorded, ...desired]).values()],
    deletions: inStages(
      unwanted.filter((ref) => !keptKeys.has(keyOf(ref))),
      (ref) => stageOf(ref, custom),
    )
      .map(([, refs]) => refs)
      .reverse(),
    kept,
  };
}

/** What the inventory must say once the objects with these keys are gone from the cluster. */
export function recordAfter(plan: ApplyPlan, goneKeys: ReadonlySet<string>): readonly ObjectRef[] {
  return plan.intent.filter((ref) => !goneKeys.has(keyOf(ref)));
}

function keptObject(ref: ObjectRef, { prune, allowDelete }: PlanRequest): readonly KeptObject[] {
  const protection = protectionOf(ref);
  if (protection !== undefined && !allowDelete.has(protection)) {
    return [{ ref, reason: `a ${protection} is deleted only when asked for`, flag: `--allow-delete ${protection}` }];
  }
  return prune === 'keep' ? [{ ref, reason: 'pruning is off', flag: '--prune delete' }] : [];
}

function byKey(
  refs: readonly ObjectRef[],
  { onDuplicate }: { readonly onDuplicate: 'throw' | 'ignore' },
): ReadonlyMap<string, ObjectRef> {
  const map = new Map<string, ObjectRef>();
  for (const ref of refs) {
    const key = keyOf(ref);
    if (onDuplicate === 'throw' && map.has(key)) throw new DuplicateObjectError(ref);
    map.set(key, ref);
  }
  return map;
}

function inStages<T>(
  items: readonly T[],
  stage: (item: T) => StageName,
): readonly (readonly [StageName, readonly T[]])[] {
  const groups = Map.groupBy(items, stage);
  return STAGES.flatMap((name) => {
    const group = groups.get(name);
    return group === undefined ? [] : [[name, group] as const];
  });
}
