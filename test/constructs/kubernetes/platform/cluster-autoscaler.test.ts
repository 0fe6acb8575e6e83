import { describe, expect, test } from '@jest/globals';
import { CLUSTER_AUTOSCALER } from '../../../../constructs/kubernetes/platform/cluster-autoscaler-account.ts';
import { ClusterAutoscaler } from '../../../../constructs/kubernetes/platform/cluster-autoscaler.ts';
import type { Cloud } from '../../../../contracts/cloud.ts';
import { exampleContext, objectsOf, only } from '../support/objects-of.ts';

const ROLE = 'arn:aws:iam::123456789012:role/flotilla/stack/a-autoscaler';

describe('the cluster autoscaler', () => {
  const objects = autoscalerOn('aws');

  test("takes on the role that trusts its service account, and sizes the groups that carry the cluster's own tag", () => {
    const account = only(objects, 'ServiceAccount');
    expect(account.metadata).toMatchObject({
      ...CLUSTER_AUTOSCALER,
      annotations: { 'eks.amazonaws.com/role-arn': ROLE },
    });
    expect(container().args).toContain(
      '--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/stack-a',
    );
  });

  test('knows its region without the metadata service, which pods do not reach', () => {
    expect(container().env).toEqual([{ name: 'AWS_REGION', value: exampleContext('aws').dataPlane.region }]);
  });

  test('lets volumes decide which zone grows, and brokers end by themselves', () => {
    expect(container().args).toEqual(
      expect.arrayContaining(['--balance-similar-node-groups=false', '--max-graceful-termination-sec=600']),
    );
  });

  test('is one at a time', () => {
    expect(only(objects, 'Deployment')['spec']).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(only(objects, 'Role')['rules']).toContainEqual(
      expect.objectContaining({ resources: ['leases'], resourceNames: [CLUSTER_AUTOSCALER.name] }),
    );
  });

  test('writes nothing in the cluster but nodes, events and evictions', () => {
    const rules = only(objects, 'ClusterRole')['rules'] as readonly {
      readonly resources: readonly string[];
      readonly verbs: readonly string[];
    }[];
    const written = rules
      .filter(({ verbs }) => verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)))
      .flatMap(({ resources }) => resources);
    expect(written.sort()).toEqual(['events', 'nodes', 'pods/eviction']);
    expect(rules.flatMap(({ resources }) => resources)).not.toContain('secrets');
  });

  test.each(['gcp', 'azure', 'local'] as const)('is not made for %s', (cloud) => {
    expect(() => autoscalerOn(cloud)).toThrow(/of its own/);
  });

  function container() {
    const { template } = only(objects, 'Deployment')['spec'] as {
      readonly template: { readonly spec: { readonly containers: readonly Container[] } };
    };
    const [first] = template.spec.containers;
    if (first === undefined) throw new Error('the pod has no container');
    return first;
  }
});

interface Container {
  readonly args: readonly string[];
  readonly env: readonly unknown[];
}

function autoscalerOn(cloud: Cloud) {
  return objectsOf((scope) => {
    new ClusterAutoscaler(scope, 'autoscaler', {
      context: exampleContext(cloud),
      clusterName: 'stack-a',
      identity: ROLE,
    });
  });
}
