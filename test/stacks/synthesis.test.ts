import { describe, expect, test } from '@jest/globals';
import { objectId } from '../../constructs/kubernetes/shared/object-order.ts';
import { parsePsc } from '../../contracts/psc.ts';
import { KAFKA_VERSIONS } from '../../contracts/images.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { StackConfig } from '../../stacks/stack-config.ts';
import { SynthesisError } from '../../stacks/synthesis-error.ts';
import { synthesize } from '../../stacks/synthesis.ts';
import {
  STACKS,
  filesOf,
  imagesOf,
  outputsOf,
  plainTenant,
  stackConfig,
  synthesizeToText,
} from './synthesis-fixture.ts';

const aws = stackConfig('aws-us-west-2');
const local = stackConfig('local');

describe('synthesize', () => {
  const awsTexts = synthesizeToText(aws);

  test('gives the same bytes when it runs again', () => {
    expect(synthesizeToText(aws)).toEqual(awsTexts);
  });

  test('gives the same bytes whatever order tenants and clusters are listed in', () => {
    const reversed = {
      ...aws,
      tenants: aws.tenants.toReversed(),
      kubernetesClusters: aws.kubernetesClusters.toReversed(),
    };
    expect(synthesizeToText(reversed)).toEqual(awsTexts);
  });

  test('changes nothing but the files of a tenant that is added', () => {
    const grown = { ...aws, tenants: [...aws.tenants, plainTenant(aws, 'newcomer')] };
    expect(changedPaths(awsTexts, grown)).toEqual(['a/70-tenants/newcomer.k8s.yaml', 'rendered/a/newcomer.k8s.yaml']);
  });

  test('keeps the storage classes of a customer key in the file of its tenant', () => {
    const encryptionKey = { customerKeyId: 'arn:aws:kms:us-west-2:123456789012:key/customer' };
    const tenant = { ...plainTenant(aws, 'newcomer'), encryptionKey };
    const grown = { ...aws, tenants: [...aws.tenants, tenant] };
    expect(changedPaths(awsTexts, grown)).toEqual(['a/70-tenants/newcomer.k8s.yaml', 'rendered/a/newcomer.k8s.yaml']);
    const classes = objectsIn(grown, 'a/70-tenants/newcomer.k8s.yaml').filter(({ kind }) => kind === 'StorageClass');
    expect(classes.map(({ metadata }) => metadata.name)).toEqual([
      'flotilla-newcomer-us-west-2a',
      'flotilla-newcomer-us-west-2b',
      'flotilla-newcomer-us-west-2c',
    ]);
  });

  test('changes nothing but a tenant’s own files when the tenant grows', () => {
    const tenants = aws.tenants.map((tenant) => (tenant.name === 'orders' ? { ...tenant, ckus: 2 } : tenant));
    expect(changedPaths(awsTexts, { ...aws, tenants })).toEqual([
      'a/70-tenants/orders.k8s.yaml',
      'rendered/a/orders.k8s.yaml',
    ]);
  });

  test.each(KAFKA_VERSIONS)('gives a tenant of Kafka %s the image of that version', (version) => {
    const config = { ...aws, tenants: [{ ...plainTenant(aws, 'newcomer'), version }] };
    const psc = objectsIn(config, 'a/70-tenants/newcomer.k8s.yaml').find(
      ({ kind }) => kind === 'PhysicalStatefulCluster',
    );
    const image = expect.stringMatching(new RegExp(`/kafka:${version.replaceAll('.', '\\.')}@sha256:`)) as unknown;
    expect(psc).toMatchObject({ spec: { kafka: { version, image } } });
  });

  test.each(STACKS)('makes PSCs that the API server would take, in %s', (stack) => {
    const pscs = allObjects(stackConfig(stack)).filter(({ kind }) => kind === 'PhysicalStatefulCluster');
    expect(pscs.length).toBeGreaterThan(0);
    for (const psc of pscs) expect(parsePsc(psc)).toMatchObject({ ok: true });
  });

  test.each(STACKS)('closes every namespace of %s in both directions', (stack) => {
    for (const [cluster, objects] of byCluster(stackConfig(stack))) {
      const denied = objects.filter(isDefaultDeny).map(({ metadata }) => metadata.namespace);
      const namespaces = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
      expect({ cluster, closed: denied.sort() }).toEqual({ cluster, closed: namespaces.sort() });
    }
  });

  test.each(STACKS)('names nothing in %s longer than a label may be, nor twice', (stack) => {
    for (const [, objects] of byCluster(stackConfig(stack))) {
      const tooLong = objects.map(({ metadata }) => metadata.name).filter((name) => name.length > MAX_NAME_LENGTH);
      // Policies' names are subdomains and are never the label of anything.
      expect(tooLong.filter((name) => !/^[a-z]+\.[a-z0-9.]+$/.test(name))).toEqual([]);
      const ids = objects.map(objectId);
      expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    }
  });

  test.each(STACKS)('puts every object of %s into a namespace that it makes', (stack) => {
    for (const [, objects] of byCluster(stackConfig(stack))) {
      const namespaces = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
      const used = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
      expect([...used].filter((name) => !namespaces.includes(name))).toEqual([]);
    }
  });

  test('runs the control plane, its database access and Connect only where the config says so', () => {
    const folders = [...awsTexts.keys()].filter((path) => path.includes('50-control-plane'));
    expect(folders).toEqual(['a/50-control-plane.k8s.yaml']);
    expect([...synthesizeToText(stackConfig('gcp-us-central1')).keys()].join()).not.toContain('control-plane');
  });

  test('runs PostgreSQL, the object store and no external-dns on a local region only', () => {
    const names = (config: StackConfig) =>
      allObjects(config)
        .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
        .map(({ metadata }) => `${String(metadata.namespace)}/${metadata.name}`);
    expect(names(local)).toEqual(
      expect.arrayContaining(['flotilla-control-plane/postgres', 'flotilla-control-plane/object-store']),
    );
    expect(names(local)).not.toContain('flotilla-dns/external-dns');
    expect(names(aws)).toContain('flotilla-dns/external-dns');
    expect(names(aws).join()).not.toContain('postgres');
  });

  test('lowers the limits of a tenant to its own, and never raises them', () => {
    const tenant = { ...plainTenant(aws, 'newcomer'), limits: { partitions: 10, connections: 10_000_000 } };
    const config = { ...aws, tenants: [tenant] };
    const psc = objectsIn(config, 'a/70-tenants/newcomer.k8s.yaml').at(-1);
    const unlimited = objectsIn({ ...aws, tenants: [plainTenant(aws, 'newcomer')] }, 'a/70-tenants/newcomer.k8s.yaml');
    const limits = limitsOf(psc);
    expect(limits['partitions']).toBe(10);
    expect(limits['connections']).toBe(limitsOf(unlimited.at(-1))['connections']);
  });

  test('says which output of a tenant is missing and what to do', () => {
    const outputs = { ...outputsOf(aws), tenants: {} };
    expect(() => [...synthesize(aws, outputs, imagesOf(aws))]).toThrow(SynthesisError);
    expect(() => [...synthesize(aws, outputs, imagesOf(aws))]).toThrow(/outputs\.tenants\[mothership\].*pulumi up/s);
  });

  test('says which nodes a cluster lacks for a tenant', () => {
    const kubernetesClusters = aws.kubernetesClusters.map((cluster) => ({
      ...cluster,
      nodeClasses: cluster.nodeClasses.filter(({ name }) => name !== 'small'),
    }));
    const config = {
      ...aws,
      kubernetesClusters: kubernetesClusters.map((cluster) => ({
        ...cluster,
        nodeClasses: cluster.nodeClasses.filter(({ instanceClass }) => instanceClass !== 'm7i.2xlarge'),
      })),
    };
    expect(() => synthesizeToText(config)).toThrow(/kubernetesClusters\[.\]\.nodeClasses.*m7i\.2xlarge/s);
  });
});

describe('the manifests of the local stack', () => {
  const files = filesOf(local);
  const texts = synthesizeToText(local);

  test('are these files with these objects', () => {
    // Files of Kafka's roles are named by their content.
    const nameOf = (object: KubernetesObject): string =>
      objectId(object).replace(/-(?:[a-f0-9]{16}|[a-f0-9]{10})$/, '-<hash>');
    expect(Object.fromEntries(files.map(({ path, objects }) => [path, objects.map(nameOf)]))).toMatchSnapshot();
  });

  // The rest is pinned by the tests of who makes it: definitions, admission policies, what the operator renders.
  test.each(['10-namespaces', '20-storage', '30-platform', '40-data-plane', '50-control-plane', '70-tenants/demo'])(
    'say this in %s',
    (name) => {
      // Digests change with every recipe, and say nothing to whoever reads the snapshot.
      expect(texts.get(`a/${name}.k8s.yaml`)?.replace(/\b[a-f0-9]{64}\b/g, '<digest>')).toMatchSnapshot();
    },
  );
});

const MAX_NAME_LENGTH = 63;

function changedPaths(old: ReadonlyMap<string, string>, after: StackConfig): readonly string[] {
  const young = synthesizeToText(after);
  const paths = new Set([...old.keys(), ...young.keys()]);
  return [...paths].filter((path) => old.get(path) !== young.get(path)).sort();
}

function allObjects(config: StackConfig): readonly KubernetesObject[] {
  return filesOf(config).flatMap(({ objects }) => objects);
}

function objectsIn(config: StackConfig, path: string): readonly KubernetesObject[] {
  return filesOf(config).find((file) => file.path === path)?.objects ?? [];
}

/** Objects of each Kubernetes cluster, rendered ones too. */
function byCluster(config: StackConfig): ReadonlyMap<string, readonly KubernetesObject[]> {
  const groups = Map.groupBy(filesOf(config), ({ path }) => path.replace(/^rendered\//, '').split('/')[0] ?? '');
  return new Map([...groups].map(([cluster, files]) => [cluster, files.flatMap(({ objects }) => objects)]));
}

function isDefaultDeny({ kind, spec }: KubernetesObject): boolean {
  const { podSelector, policyTypes, ingress, egress } = (spec ?? {}) as Readonly<Record<string, unknown>>;
  return (
    kind === 'NetworkPolicy' &&
    JSON.stringify(podSelector) === '{}' &&
    JSON.stringify(policyTypes) === '["Ingress","Egress"]' &&
    ingress === undefined &&
    egress === undefined
  );
}

function limitsOf(psc: KubernetesObject | undefined): Readonly<Record<string, unknown>> {
  const { kafka } = psc?.['spec'] as { readonly kafka: { readonly limits: Readonly<Record<string, unknown>> } };
  return kafka.limits;
}
