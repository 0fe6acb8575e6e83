import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keyOf, type ObjectRef, refOf } from '../../cli/apply/object-ref.ts';
import { type ApplyPlan, planApply, recordAfter } from '../../cli/apply/plan.ts';
import { PROTECTED_KINDS, type ProtectedKind, protectionOf } from '../../cli/apply/protected-kinds.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';

const KINDS = [
  ['v1', 'Namespace', 'cluster'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'cluster'],
  ['storage.k8s.io/v1', 'StorageClass', 'cluster'],
  ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'cluster'],
  ['v1', 'ConfigMap', 'namespace'],
  ['v1', 'PersistentVolumeClaim', 'namespace'],
  ['apps/v1', 'StatefulSet', 'namespace'],
  ['flotilla.dev/v1', 'PhysicalStatefulCluster', 'namespace'],
] as const;

const object = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    name: fc.constantFrom('a', 'b', 'c'),
    namespace: fc.constantFrom('x', 'y'),
  })
  .map(({ kind: [apiVersion, kind, scope], name, namespace }): KubernetesObject => {
    const metadata = scope === 'namespace' ? { name, namespace } : { name };
    const names = { kind: 'PhysicalStatefulCluster' };
    return kind === 'CustomResourceDefinition'
      ? { apiVersion, kind, metadata, spec: { group: 'flotilla.dev', names } }
      : { apiVersion, kind, metadata };
  });
const objects = fc.uniqueArray(object, { selector: (one) => keyOf(refOf(one)), maxLength: 20 });
const allowDelete = fc.subarray([...PROTECTED_KINDS]).map((kinds) => new Set<ProtectedKind>(kinds));

describe('the plan of an apply', () => {
  test('deletes or keeps exactly what was recorded and is no longer wanted', () => {
    fc.assert(
      fc.property(objects, objects, allowDelete, (desired, recorded, allowed) => {
        const plan = planApply({ desired, recorded: recorded.map(refOf), prune: 'delete', allowDelete: allowed });
        const wanted = new Set(desired.map((one) => keyOf(refOf(one))));
        const unwanted = recorded.map((one) => keyOf(refOf(one))).filter((key) => !wanted.has(key));
        const decided = [...plan.deletions.flat(), ...plan.kept.map(({ ref }) => ref)].map(keyOf);
        expect([...decided].sort()).toEqual([...unwanted].sort());
      }),
    );
  });

  test('never deletes a protected kind whose word was not given, and nothing at all when pruning is off', () => {
    fc.assert(
      fc.property(objects, objects, allowDelete, (desired, recorded, allowed) => {
        const request = { desired, recorded: recorded.map(refOf), allowDelete: allowed };
        for (const ref of planApply({ ...request, prune: 'delete' }).deletions.flat()) {
          const protection = protectionOf(ref);
          expect(protection === undefined || allowed.has(protection)).toBe(true);
        }
        expect(planApply({ ...request, prune: 'keep' }).deletions).toEqual([]);
      }),
    );
  });

  test('applies every object once, after what it needs', () => {
    fc.assert(
      fc.property(objects, (desired) => {
        const plan = planApply({ desired, recorded: [], prune: 'delete', allowDelete: new Set() });
        const stageIndex = new Map(
          plan.stages.flatMap((stage, index) => stage.objects.map((one) => [keyOf(refOf(one)), index] as const)),
        );
        expect([...stageIndex.keys()].sort()).toEqual(desired.map((one) => keyOf(refOf(one))).sort());
        const indexesOf = (kind: string): readonly number[] =>
          desired.filter((one) => one.kind === kind).map((one) => stageIndex.get(keyOf(refOf(one))) ?? -1);
        const isBefore = (first: string, second: string): boolean =>
          Math.max(-1, ...indexesOf(first)) < Math.min(Infinity, ...indexesOf(second));
        expect(isBefore('Namespace', 'ConfigMap')).toBe(true);
        expect(isBefore('Namespace', 'StatefulSet')).toBe(true);
        expect(isBefore('CustomResourceDefinition', 'PhysicalStatefulCluster')).toBe(true);
        expect(isBefore('ValidatingAdmissionPolicy', 'StatefulSet')).toBe(true);
        expect(isBefore('ValidatingAdmissionPolicy', 'PhysicalStatefulCluster')).toBe(true);
        expect(isBefore('ConfigMap', 'StatefulSet')).toBe(true);
      }),
    );
  });

  test('deletes in the reverse order: what was made for others goes after them', () => {
    const recorded = KINDS.map(([apiVersion, kind]) => ({ apiVersion, kind, name: 'a' }));
    const plan = planApply({ desired: [], recorded, prune: 'delete', allowDelete: new Set(PROTECTED_KINDS) });
    const order = plan.deletions.flat().map(({ kind }) => kind);
    expect(order[0]).toBe('PhysicalStatefulCluster');
    expect(order.slice(-2)).toEqual(['CustomResourceDefinition', 'Namespace']);
  });

  test('takes an object that moved to a newer version of its group for the same', () => {
    const recorded = [{ apiVersion: 'apps/v1beta2', kind: 'Deployment', namespace: 'x', name: 'a' }];
    const desired = [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'x', name: 'a' } }];
    expect(planApply({ desired, recorded, prune: 'delete', allowDelete: new Set() }).deletions).toEqual([]);
  });

  test('refuses manifests that claim one object twice', () => {
    const twice = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'x', name: 'a' } };
    const request = { desired: [twice, twice], recorded: [], prune: 'delete', allowDelete: new Set<never>() } as const;
    expect(() => planApply(request)).toThrow('ConfigMap x/a is in the manifests twice');
  });

  test('forgets no object, wherever any run of a sequence is cut off', () => {
    const run = fc.record({ desired: objects, allowed: allowDelete, steps: fc.nat({ max: 60 }) });
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 6 }), objects, (runs, last) => {
        const world: World = { live: new Map(), recorded: [] };
        for (const { desired, allowed, steps } of runs) runUpTo(world, { desired, allowed }, steps);
        const plan = runUpTo(world, { desired: last, allowed: new Set() }, Infinity);
        const wanted = last.map((one) => keyOf(refOf(one)));
        const expected = new Set([...wanted, ...plan.kept.map(({ ref }) => keyOf(ref))]);
        for (const key of world.live.keys()) expect(expected).toContain(key);
        for (const key of wanted) expect(world.live.has(key)).toBe(true);
        for (const key of world.live.keys()) expect(world.recorded.map(keyOf)).toContain(key);
      }),
    );
  });
});

interface World {
  readonly live: Map<string, ObjectRef>;
  recorded: readonly ObjectRef[];
}

/** The order of writes of `executePlan`, cut off after a number of them. */
function runUpTo(
  world: World,
  { desired, allowed }: { readonly desired: readonly KubernetesObject[]; readonly allowed: ReadonlySet<ProtectedKind> },
  steps: number,
): ApplyPlan {
  const plan = planApply({ desired, recorded: world.recorded, prune: 'delete', allowDelete: allowed });
  const gone = new Set<string>();
  const writes = [
    () => (world.recorded = plan.intent),
    ...plan.stages.flatMap((stage) => stage.objects.map((one) => () => world.live.set(keyOf(refOf(one)), refOf(one)))),
    ...plan.deletions.flat().map((ref) => () => {
      world.live.delete(keyOf(ref));
      gone.add(keyOf(ref));
    }),
    () => (world.recorded = recordAfter(plan, gone)),
  ];
  for (const write of writes.slice(0, steps)) write();
  return plan;
}
