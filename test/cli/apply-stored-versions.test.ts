import { describe, expect, test } from '@jest/globals';
import { storedVersionsObstacle } from '../../cli/apply/stored-versions.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';

describe('A definition that is applied over another', () => {
  test.each<readonly [string, readonly string[], readonly string[], string | undefined]>([
    ['has the version that objects are stored in', ['v1'], ['v1'], undefined],
    ['has a further one', ['v1'], ['v1', 'v2'], undefined],
    ['drops one in which nothing is stored', ['v2'], ['v2'], undefined],
    ['drops one in which objects may be stored', ['v1', 'v2'], ['v2'], 'stored as v1'],
  ])('%s', (_, stored, versions, obstacle) => {
    const said = storedVersionsObstacle(definition(['v1', 'v2'], stored), definition(versions, []));
    if (obstacle === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(obstacle);
  });
});

function definition(versions: readonly string[], storedVersions: readonly string[]): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.dev' },
    spec: { versions: versions.map((name) => ({ name })) },
    status: { storedVersions },
  };
}
