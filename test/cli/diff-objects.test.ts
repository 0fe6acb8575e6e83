import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ManifestFile } from '../../cli/apply/manifests.ts';
import { diffManifests } from '../../cli/diff/manifest-diff.ts';
import { diffObjects, type ObjectChange, type PlacedObject } from '../../cli/diff/object-diff.ts';
import { formatChanges, summarize } from '../../cli/diff/report.ts';
import { paletteFor } from '../../cli/terminal.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';

const plain = paletteFor({}, {});

function placed(object: KubernetesObject): PlacedObject {
  return { cluster: 'a', madeBy: 'apply', object };
}

function statefulSet(replicas: number, image: string, template = 'data'): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'kafka', namespace: 'psc-orders', labels: { 'flotilla.dev/tenant': 'orders' } },
    spec: {
      replicas,
      volumeClaimTemplates: [{ metadata: { name: template } }],
      template: { spec: { containers: [{ name: 'kafka', image }] } },
    },
  };
}

function claim(storage: string): KubernetesObject {
  const metadata = { name: 'data-kafka-0', namespace: 'psc-orders' };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: { resources: { requests: { storage } } } };
}

function consequences(before: KubernetesObject, after?: KubernetesObject): readonly string[] {
  return diffObjects([placed(before)], after === undefined ? [] : [placed(after)])
    .flatMap((change) => change.consequences)
    .map(({ text }) => text);
}

describe('the difference of two states of a stack', () => {
  test('tells how many pods a changed template rolls, and not those that are new', () => {
    expect(consequences(statefulSet(6, 'kafka:1'), statefulSet(6, 'kafka:2'))).toEqual(['rolls 6 pods']);
    expect(consequences(statefulSet(3, 'kafka:1'), statefulSet(6, 'kafka:1'))).toEqual(['3 ▶ 6 pods']);
    expect(consequences(statefulSet(3, 'kafka:1'), statefulSet(6, 'kafka:2'))).toEqual(['rolls 3 pods', '3 ▶ 6 pods']);
  });

  test('tells what cannot be changed in place', () => {
    expect(consequences(statefulSet(3, 'kafka:1', 'data'), statefulSet(3, 'kafka:1', 'disk'))).toEqual([
      'spec.volumeClaimTemplates cannot change: the object must be deleted and made anew',
    ]);
    expect(consequences(claim('100Gi'), claim('200Gi'))).toEqual(['the volume grows: 100Gi ▶ 200Gi']);
    expect(consequences(claim('1Ti'), claim('512Gi'))).toEqual(['a volume cannot shrink: 1Ti ▶ 512Gi']);
    expect(consequences(claim('1Ti'), claim('1024Gi'))).toEqual([]);
  });

  test('tells that data goes with a removed object, and how many pods stop', () => {
    expect(consequences(claim('1Ti'))).toEqual([
      'data or more than itself goes with it; apply keeps it without --allow-delete pvc',
    ]);
    expect(consequences(statefulSet(3, 'kafka:1'))).toEqual(['stops 3 pods']);
  });

  test('is shown by cluster and tenant (also objects of its namespace without its label), field by field, with the sums', () => {
    const changes = diffObjects(
      [placed(statefulSet(3, 'kafka:1')), placed(claim('100Gi'))],
      [
        placed(statefulSet(3, 'kafka:2')),
        placed({ ...claim('100Gi'), kind: 'ConfigMap', metadata: { name: 'data-kafka-0', namespace: 'elsewhere' } }),
      ],
    );
    expect(formatChanges(changes, plain)).toBe(
      [
        'cluster a, platform',
        '  + ConfigMap elsewhere/data-kafka-0',
        '',
        'cluster a, tenant orders',
        '  - PersistentVolumeClaim psc-orders/data-kafka-0: data or more than itself goes with it; apply keeps it without --allow-delete pvc',
        '  ~ StatefulSet psc-orders/kafka: rolls 3 pods',
        '      spec.template.spec.containers[name=kafka].image kafka:1 ▶ kafka:2',
        '',
        '1 added, 1 changed, 1 removed, 3 pods rolled, 1 objects that hold data removed',
      ].join('\n'),
    );
  });

  test('is the same whether objects are compared at once or file by file', () => {
    const object = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.constantFrom('1', '2') });
    const files = fc
      .dictionary(fc.constantFrom('x/1.k8s.yaml', 'x/2.k8s.yaml', 'rendered/x/1.k8s.yaml'), fc.array(object))
      .map((found) => inFiles(found));
    fc.assert(
      fc.property(files, files, (before, after) => {
        const byFile = diffManifests(
          () => before,
          () => after,
        );
        expect(byFile).toEqual(diffObjects(allPlaced(before), allPlaced(after)));
        expect(summarize(byFile).added).toBe(count(byFile, 'added'));
      }),
    );
  });
});

/** Objects named after their file too, so that one name is in one file only. */
function inFiles(found: Readonly<Record<string, readonly { name: string; value: string }[]>>): readonly ManifestFile[] {
  return Object.entries(found).map(([path, members]) => ({
    path,
    objects: [...new Map(members.map((member) => [member.name, member])).values()].map(({ name, value }) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${path.split('/').at(-1)?.[0] ?? ''}-${name}`, namespace: 'n' },
      data: { value },
    })),
  }));
}

function allPlaced(files: readonly ManifestFile[]): readonly PlacedObject[] {
  return files.flatMap(({ path, objects }) =>
    objects.map(
      (object) => ({ cluster: 'x', madeBy: path.startsWith('rendered') ? 'operator' : 'apply', object }) as const,
    ),
  );
}

function count(changes: readonly ObjectChange[], kind: ObjectChange['change']): number {
  return changes.filter(({ change }) => change === kind).length;
}
