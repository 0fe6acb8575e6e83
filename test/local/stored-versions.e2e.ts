import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from '../../cli/apply/api-connection.ts';
import { applyObject } from '../../cli/apply/apply-object.ts';
import { type Cluster, clusterOf } from '../../cli/apply/cluster.ts';
import { loadKubeConfig } from '../../cli/apply/kube-config.ts';
import { refOf } from '../../cli/apply/object-ref.ts';
import type { VersionedDefinition } from '../../cli/apply/stored-versions.ts';
import { migrateStored } from '../../cli/psc/migrate-stored.ts';
import { personalApi } from '../../cli/psc/personal-api.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { PSC_CRD } from '../../contracts/psc-crd.ts';
import type { ControlPlane } from '../../local/kubernetes/control-plane.ts';
import type { ApiServer } from '../../operators/runtime/api-server.ts';
import { examplePsc } from '../support/example-psc.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS, startTestControlPlane } from './test-control-plane.ts';

const HOW = {
  mode: { conflicts: 'refuse', effect: 'persist' },
  owner: { stack: 'test', cluster: 'test' },
} as const;
const NAMES = ['orders', 'payments', 'audit'];
const STOP_TIMEOUT_MS = 30_000;
const [V1] = PSC_CRD.spec.versions;
/** All fields alike: nothing has to be converted but the name of the version. */
const V2 = { ...V1, name: 'v2' };

describe('a second version of the PSC that is stored from now on', () => {
  let controlPlane: ControlPlane;
  let cluster: Cluster;
  let api: ApiServer;

  beforeAll(async () => {
    controlPlane = await startTestControlPlane();
    const connection = connect(loadKubeConfig({ KUBECONFIG: controlPlane.kubeconfig }, undefined));
    cluster = clusterOf(connection);
    api = personalApi(connection);
    await applyDefinition([V1]);
    for (const name of NAMES) {
      const psc = examplePsc('local', { name, brokers: 3 });
      const namespace = psc.metadata.namespace ?? 'default';
      await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, HOW.mode);
      await cluster.apply({ ...psc, metadata: { name, namespace } }, HOW.mode);
    }
  }, CONTROL_PLANE_START_TIMEOUT_MS);

  afterAll(async () => {
    await controlPlane.stop();
  }, STOP_TIMEOUT_MS);

  test('leaves former ones stored as they are, and the definition cannot lose their version before they are migrated', async () => {
    await applyDefinition([{ ...V1, storage: false }, V2]);
    expect(await storedVersions()).toEqual(['v1', 'v2']);
    const versions = await resourceVersions();

    const refused = await applyObject(cluster, definition([V2]), HOW);
    expect(refused).toMatchObject({ outcome: 'failed' });
    expect(refused.detail).toContain('stored as v1');
    // The API server refuses it by itself too, whoever asks.
    await expect(cluster.apply(definition([V2]), { ...HOW.mode, conflicts: 'force' })).rejects.toThrow(
      /storedVersions/,
    );

    expect(await migrateStored(api)).toEqual({ version: 'v2', retired: ['v1'], rewritten: NAMES.length });
    expect(await storedVersions()).toEqual(['v2']);
    const after = await resourceVersions();
    for (const name of NAMES) expect(after.get(name)).not.toBe(versions.get(name));

    // Once more, nothing is left to do.
    expect(await migrateStored(api)).toEqual({ version: 'v2', retired: [], rewritten: 0 });
    expect(await resourceVersions()).toEqual(after);

    await applyDefinition([V2]);
    const names = (await pscs('v2')).map(({ metadata }) => metadata.name).sort();
    expect(names).toEqual([...NAMES].sort());
  });

  async function applyDefinition(versions: readonly unknown[]): Promise<void> {
    expect(await applyObject(cluster, definition(versions), HOW)).not.toMatchObject({ outcome: 'failed' });
  }

  async function storedVersions(): Promise<readonly string[] | undefined> {
    return ((await cluster.read(refOf(PSC_CRD))) as VersionedDefinition | undefined)?.status?.storedVersions;
  }

  async function resourceVersions(): Promise<ReadonlyMap<string, unknown>> {
    return new Map((await pscs('v1')).map(({ metadata }) => [metadata.name, metadata['resourceVersion']]));
  }

  async function pscs(version: string): Promise<readonly KubernetesObject[]> {
    const path = `/apis/flotilla.dev/${version}/physicalstatefulclusters`;
    const list = await api.get({ path, query: {}, signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
    return (list as { readonly items: readonly KubernetesObject[] }).items;
  }
});

function definition(versions: readonly unknown[]): KubernetesObject {
  return { ...PSC_CRD, spec: { ...PSC_CRD.spec, conversion: { strategy: 'None' }, versions } };
}
