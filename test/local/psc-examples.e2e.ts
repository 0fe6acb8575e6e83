import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from '../../cli/apply/api-connection.ts';
import { type Cluster, clusterOf } from '../../cli/apply/cluster.ts';
import { loadKubeConfig } from '../../cli/apply/kube-config.ts';
import { refOf } from '../../cli/apply/object-ref.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { PSC_CRD } from '../../contracts/psc-crd.ts';
import type { ControlPlane } from '../../local/kubernetes/control-plane.ts';
import { PSC_EXAMPLES, type PscExample } from '../contracts/psc-examples.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS, startTestControlPlane } from './test-control-plane.ts';

const PERSIST = { conflicts: 'refuse', effect: 'persist' } as const;
const DRY_RUN = { conflicts: 'refuse', effect: 'dry-run' } as const;
const STOP_TIMEOUT_MS = 30_000;

describe('the API server judges a PSC as the contract does', () => {
  let controlPlane: ControlPlane;
  let cluster: Cluster;

  beforeAll(async () => {
    controlPlane = await startTestControlPlane();
    cluster = clusterOf(connect(loadKubeConfig({ KUBECONFIG: controlPlane.kubeconfig }, undefined)));
    await cluster.apply(PSC_CRD, PERSIST);
    await cluster.waitUntilServed(refOf(PSC_CRD));
    for (const [index, old] of OLD_STATES.entries()) {
      const namespace = namespaceOf(index);
      await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, PERSIST);
      await cluster.apply(inNamespace(JSON.parse(old) as KubernetesObject, namespace), PERSIST);
    }
  }, CONTROL_PLANE_START_TIMEOUT_MS);

  afterAll(async () => {
    await controlPlane.stop();
  }, STOP_TIMEOUT_MS);

  test.each(
    PSC_EXAMPLES.map((example) => [`${example.verdict}: ${example.title} (${example.rule})`, example] as const),
  )('%s', async (_, example) => {
    const refusal = await judge(example);
    if (example.verdict === 'accepted') {
      expect(refusal).toBe('');
    } else {
      expect(refusal).not.toBe('');
      // The API server has words of its own for what breaks the structure.
      if (example.source === 'cel') expect(refusal).toContain(example.rule);
    }
  });

  /** What the API server says against it; empty when it accepts. */
  async function judge({ old, psc }: PscExample): Promise<string> {
    const namespace = old === undefined ? 'default' : namespaceOf(OLD_STATES.indexOf(JSON.stringify(old)));
    try {
      await cluster.apply(inNamespace(psc as unknown as KubernetesObject, namespace), DRY_RUN);
      return '';
    } catch (error) {
      return String(error);
    }
  }
});

/** Each state that examples start from, in JSON. */
const OLD_STATES = [...new Set(PSC_EXAMPLES.flatMap(({ old }) => (old === undefined ? [] : [JSON.stringify(old)])))];

function namespaceOf(index: number): string {
  return `old-${index}`;
}

function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, namespace } };
}
