import { describe, expect, test } from '@jest/globals';
import { renderConnect } from '../../constructs/kubernetes/connect/connect-cluster.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { parsePsc } from '../../contracts/psc-check.ts';
import { clusterContext } from '../../stacks/cluster-context.ts';
import type { StackConfig } from '../../stacks/stack-config.ts';
import { synthesize } from '../../stacks/synthesis.ts';
import { imagesOf, outputsOf, stackConfig, type StackName } from './synthesis-fixture.ts';

describe('the outbox of the control plane', () => {
  test.each(['aws-us-west-2', 'local'] as const)('on %s is a Connect cluster on the mothership', (stack) => {
    const objects = outboxOf(stack);
    expect(objects.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['Namespace', 'PhysicalStatefulCluster']));
    const namespace = objects.find(({ kind }) => kind === 'Namespace');
    expect(namespace?.metadata.labels).toMatchObject({ 'flotilla.dev/kafka': 'mothership' });
    const parsed = parsePsc(objects.find(({ kind }) => kind === 'PhysicalStatefulCluster'));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
    const config = stackConfig(stack);
    const { database } = outputsOf(config);
    expect(parsed.value.spec.connect).toMatchObject({
      kafka: 'mothership',
      workers: stack === 'local' ? 1 : 2,
      secrets: ['database-connect'],
      egress: [{ ranges: database?.addressRanges, ports: [database?.port] }],
      connectors: [
        {
          name: 'outbox',
          config: {
            'database.password': '${directory:/etc/flotilla/secrets/database-connect:password}',
            'database.sslmode': stack === 'local' ? 'disable' : 'verify-full',
          },
        },
      ],
    });
    const [cluster] = config.kubernetesClusters;
    if (cluster === undefined) throw new Error('a stack without a Kubernetes cluster');
    const { dataPlane } = clusterContext(config, cluster, imagesOf(config));
    expect(renderConnect(parsed.value, dataPlane).pods).toHaveLength(2);
  });

  test('has the version of its own image, whatever the mothership runs', () => {
    const newest = stackConfig('local');
    if (!newest.mothership.hosted) throw new Error('the local region hosts its mothership');
    const config: StackConfig = { ...newest, mothership: { ...newest.mothership, version: '4.2.1' } };
    expect(outboxIn(config).find(({ kind }) => kind === 'PhysicalStatefulCluster')).toMatchObject({
      spec: { connect: { version: imagesOf(config).connect.tag } },
    });
  });

  test('is not there where the mothership is not', () => {
    expect(outboxOf('gcp-us-central1')).toEqual([]);
  });
});

function outboxOf(stack: StackName): readonly KubernetesObject[] {
  return outboxIn(stackConfig(stack));
}

function outboxIn(config: StackConfig): readonly KubernetesObject[] {
  return [...synthesize(config, outputsOf(config), imagesOf(config))]
    .filter(({ path }) => path.endsWith('/61-outbox.k8s.yaml'))
    .flatMap(({ objects }) => objects);
}
