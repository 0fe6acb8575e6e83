import type { Construct } from 'constructs';
import type { ClusterContext } from '../../../../constructs/kubernetes/shared/cluster-context.ts';
import { renderChart } from '../../../../constructs/kubernetes/shared/render-chart.ts';
import type { Cloud } from '../../../../contracts/cloud.ts';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import { exampleDataPlane } from '../../../support/example-psc.ts';

/** Objects that constructs make in a chart of their own. */
export function objectsOf(build: (scope: Construct) => void): readonly KubernetesObject[] {
  return renderChart({}, build);
}

/** The one object of a kind and, where there are more, of a name. */
export function only(objects: readonly KubernetesObject[], kind: string, name?: string): KubernetesObject {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  const [object] = found;
  if (object === undefined || found.length > 1) {
    throw new Error(`expected one ${kind} ${name ?? ''}, found ${found.length}`);
  }
  return object;
}

/** A data plane of a cloud, with mothership elsewhere. */
export function exampleContext(cloud: Cloud): ClusterContext {
  return {
    dataPlane: exampleDataPlane(cloud),
    stack: 'stack',
    kubernetesVersion: '1.34',
    account: 'account',
    dnsZone: 'region.example.com',
    addressRanges: { network: '10.0.0.0/16', pods: '10.1.0.0/16', services: '10.2.0.0/20' },
    mothership: {
      where: 'elsewhere',
      bootstrapServer: 'bootstrap.mothership.example.com:9094',
      addressRanges: ['203.0.113.0/28'],
    },
  };
}
