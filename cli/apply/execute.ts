import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { LABELS } from '../../contracts/labels.ts';
import { NAMESPACES } from '../../contracts/names.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';
import { applyObject } from './apply-object.ts';
import type { Cluster, WriteMode } from './cluster.ts';
import type { InventoryOwner } from './inventory.ts';
import { type StoredInventory, writeInventory } from './inventory-store.ts';
import { keyOf, type ObjectRef, refOf } from './object-ref.ts';
import { forEachBounded } from './for-each-bounded.ts';
import { type ApplyPlan, type ApplyStage, recordAfter } from './plan.ts';
import { pruneObject } from './prune-object.ts';
import type { ProtectedKind } from './protected-kinds.ts';
import type { ObjectResult } from './result.ts';

export interface ExecuteRequest {
  readonly plan: ApplyPlan;
  readonly inventory: StoredInventory;
  readonly mode: WriteMode;
  readonly allowDelete: ReadonlySet<ProtectedKind>;
  /** Told of each object that is done, and of how many there are. */
  readonly onProgress: (progress: ApplyProgress) => void;
}

export interface ApplyProgress {
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

/**
 * Carries out a plan. The inventory says what will be applied before it is, and forgets an object only after its
 * deletion: however the run is cut off, the next one knows every object. After a failure no later step is begun, so
 * nothing is deleted while something is not applied.
 */
export async function executePlan(cluster: Cluster, request: ExecuteRequest): Promise<readonly ObjectResult[]> {
  const { plan, mode } = request;
  const { owner } = request.inventory.inventory;
  const results: ObjectResult[] = [];
  let recorded = request.inventory;
  let early: ObjectResult | undefined;
  if (mode.effect === 'persist') {
    early = await ensureSystemNamespace(cluster, plan, { mode, owner });
    recorded = await writeInventory(cluster, recorded, plan.intent);
  }
  const report = progressReporter(request);
  for (const stage of plan.stages) {
    const stageResults = await applyStage(cluster, stage, { mode, owner, report });
    results.push(...stageResults.map((result) => (isSameObject(result, early) ? early : result)));
    if (stageResults.some(isFailure)) return results;
  }
  for (const refs of plan.deletions) {
    // What could not be deleted may need what comes next: a PSC its operator's permissions, its namespace, its definition.
    if (results.some(isFailure)) break;
    await forEachBounded(refs, MAX_CONCURRENT, async (ref) => {
      results.push(await pruneObject(cluster, ref, { ...request, owner }));
      report('deleting what is no longer wanted');
    });
  }
  if (mode.effect === 'persist') {
    await writeInventory(cluster, recorded, recordAfter(plan, new Set(results.filter(isGone).map(keyOfResult))));
  }
  for (const { ref, reason, flag } of plan.kept) results.push({ ref, outcome: 'kept', detail: `${reason}: ${flag}` });
  return results;
}

const MAX_CONCURRENT = 8;

interface ApplyManner {
  readonly mode: WriteMode;
  readonly owner: InventoryOwner;
}

async function applyStage(
  cluster: Cluster,
  stage: ApplyStage,
  { report, ...how }: ApplyManner & { readonly report: (step: string) => void },
): Promise<readonly ObjectResult[]> {
  const results: ObjectResult[] = [];
  await forEachBounded(stage.objects, MAX_CONCURRENT, async (object) => {
    const result = await applyObject(cluster, object, how);
    results.push(result);
    report(`applying ${stage.name}`);
  });
  return results;
}

/** The inventory lives in this namespace, so it comes before everything; namespaces are never pruned unasked. */
async function ensureSystemNamespace(
  cluster: Cluster,
  plan: ApplyPlan,
  how: ApplyManner,
): Promise<ObjectResult | undefined> {
  const ref: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: NAMESPACES.system };
  if ((await cluster.read(ref)) !== undefined) return undefined;
  const planned = plan.stages.flatMap(({ objects }) => objects).find((object) => keyOf(refOf(object)) === keyOf(ref));
  const result = await applyObject(cluster, planned ?? systemNamespace(), how);
  if (!isFailure(result)) return result;
  throw new UserError(`the namespace ${ref.name} cannot be made: ${result.detail ?? result.outcome}`, {
    hint: 'mend what the API server names, or make the namespace yourself; the inventory of what was applied lives in it',
    exitCode: EXIT_CODES.environment,
  });
}

function systemNamespace(): KubernetesObject {
  const labels = { [LABELS.name]: NAMESPACES.system, 'pod-security.kubernetes.io/enforce': 'restricted' };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACES.system, labels } };
}

function progressReporter({ plan, onProgress }: ExecuteRequest): (step: string) => void {
  const applied = plan.stages.reduce((sum, { objects }) => sum + objects.length, 0);
  const total = applied + plan.deletions.reduce((sum, refs) => sum + refs.length, 0);
  let done = 0;
  return (step) => {
    done += 1;
    onProgress({ step, done, total });
  };
}

function isSameObject(result: ObjectResult, early: ObjectResult | undefined): early is ObjectResult {
  return early !== undefined && keyOfResult(result) === keyOfResult(early);
}

function isFailure({ outcome }: ObjectResult): boolean {
  return outcome === 'failed' || outcome === 'conflict';
}

function isGone({ outcome }: ObjectResult): boolean {
  return outcome === 'pruned' || outcome === 'gone' || outcome === 'released';
}

function keyOfResult({ ref }: ObjectResult): string {
  return keyOf(ref);
}
