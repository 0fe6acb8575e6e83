import { describe, expect, test } from '@jest/globals';
import { DNS_ENDPOINT_CRD } from '../../constructs/kubernetes/platform/dns-endpoint-crd.ts';
import { objectId } from '../../constructs/kubernetes/shared/object-order.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { synthesize } from '../../stacks/synthesis.ts';
import { schemaValidator } from '../support/kubernetes-schemas/schema-validator.ts';
import { STACKS, imagesOf, outputsOf, stackConfig } from './synthesis-fixture.ts';

/** First use downloads a release of Kubernetes. */
const DOWNLOAD_TIMEOUT_MS = 300_000;

describe("Kubernetes' published schemas", () => {
  const definitions = objectsOf('local').filter(({ kind }) => kind === 'CustomResourceDefinition');
  const validator = schemaValidator(definitions);

  test.each(STACKS)(
    'take every object of %s, applied and rendered, custom resources too',
    (stack) => {
      const objects = objectsOf(stack);
      const refused = objects
        .map((object) => ({ id: objectId(object), violations: validator.violations(object) }))
        .filter(({ violations }) => violations.length > 0);
      expect(refused).toEqual([]);
      expect(objects.length).toBeGreaterThan(100);
    },
    DOWNLOAD_TIMEOUT_MS,
  );

  test('refuse a field that is misspelt', () => {
    const deployment = firstOf('Deployment');
    const spec = { ...(deployment['spec'] as object), replicsa: 2 };
    expect(validator.violations({ ...deployment, spec }).join()).toContain('"additionalProperty":"replicsa"');
  });

  test('refuse a field that is misspelt deep in a pod', () => {
    const text = JSON.stringify(firstOf('StatefulSet')).replace('"readOnlyRootFilesystem"', '"readonlyRootFilesystem"');
    expect(validator.violations(JSON.parse(text) as KubernetesObject).join()).toContain('readonlyRootFilesystem');
  });

  test('refuse a value of another type', () => {
    const deployment = firstOf('Deployment');
    const spec = { ...(deployment['spec'] as object), replicas: '2' };
    expect(validator.violations({ ...deployment, spec }).join()).toContain('/spec/replicas must be integer');
  });

  test('refuse a list with one key twice', () => {
    const text = JSON.stringify(firstOf('Deployment')).replaceAll('"containerPort":8405', '"containerPort":9094');
    expect(validator.violations(JSON.parse(text) as KubernetesObject).join()).toContain('x-kubernetes-list-map-keys');
  });

  test.each([
    ['PhysicalStatefulCluster', 'tennant'],
    ['DNSEndpoint', 'endpionts'],
  ])('refuse a misspelt field of a %s', (kind, field) => {
    const object = firstOf(kind);
    const spec = { ...(object['spec'] as object), [field]: [] };
    expect(validator.violations({ ...object, spec }).join()).toContain(field);
  });

  test('know no kind that nobody published', () => {
    const object = { ...DNS_ENDPOINT_CRD, kind: 'CustomResourceDefinitions' };
    expect(() => validator.violations(object)).toThrow(/publishes no schema/);
  });
});

function objectsOf(stack: (typeof STACKS)[number]): readonly KubernetesObject[] {
  const config = stackConfig(stack);
  return [...synthesize(config, outputsOf(config), imagesOf(config))].flatMap(({ objects }) => objects);
}

function firstOf(kind: string): KubernetesObject {
  const found = objectsOf('local').find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`the local stack has no ${kind}`);
  return found;
}
