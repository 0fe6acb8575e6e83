import { describe, expect, test } from '@jest/globals';
import { DATA_PLANE_FILE } from '../../../../constructs/kubernetes/data-plane/data-plane-config.ts';
import { CLUSTER_RULES, DATA_PLANE_SERVICES } from '../../../../constructs/kubernetes/data-plane/data-plane-rules.ts';
import { DataPlaneServices } from '../../../../constructs/kubernetes/data-plane/data-plane-services.ts';
import type { ClusterContext } from '../../../../constructs/kubernetes/shared/cluster-context.ts';
import { EVICTION_WEBHOOK } from '../../../../contracts/eviction-webhook.ts';
import { exampleContext, objectsOf, only } from '../support/objects-of.ts';

const context = exampleContext('aws');

interface DeploymentSpec {
  readonly template: {
    readonly spec: {
      readonly containers: readonly {
        readonly env: readonly { readonly name: string; readonly value?: string }[];
        readonly resources: { readonly limits: { readonly memory: string } };
      }[];
    };
  };
}

describe("the data plane's services", () => {
  test('find the data plane that synthesis rendered with', () => {
    const config = only(servicesIn(context), 'ConfigMap', 'data-plane')['data'] as Readonly<Record<string, string>>;
    expect(JSON.parse(config[DATA_PLANE_FILE] ?? '')).toEqual(context.dataPlane);
  });

  test('start anew when the data plane changes, and only then', () => {
    const digest = (of: ClusterContext) => only(servicesIn(of), 'Deployment', 'operator');
    const domain = 'other.example.com';
    expect(digest({ ...context, stack: 'other' })).toEqual(digest(context));
    expect(digest({ ...context, dataPlane: { ...context.dataPlane, domain } })).not.toEqual(digest(context));
  });

  test.each(['aws', 'local'] as const)('keep their heap within what their containers may use on %s', (cloud) => {
    const deployments = servicesIn(exampleContext(cloud)).filter(({ kind }) => kind === 'Deployment');
    expect(deployments).toHaveLength(DATA_PLANE_SERVICES.length);
    for (const deployment of deployments) {
      const [container] = (deployment['spec'] as DeploymentSpec).template.spec.containers;
      const limitMib = Number(/^(\d+)Mi$/.exec(container?.resources.limits.memory ?? '')?.[1]);
      const options = container?.env.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? '';
      expect(Number(/--max-old-space-size=(\d+)/.exec(options)?.[1])).toBeLessThan(limitMib * 0.6);
    }
  });

  test.each(DATA_PLANE_SERVICES)('hold no right of %s by wildcard, nor one that leads to more rights', (service) => {
    for (const { apiGroups, resources, verbs } of CLUSTER_RULES[service]) {
      expect([...(apiGroups ?? []), ...(resources ?? []), ...verbs].join()).not.toContain('*');
      expect(verbs).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(bind|escalate|impersonate)$/)]));
    }
  });

  test('hold no right to the status that belongs to another', () => {
    const verbs = CLUSTER_RULES['sync-service'].filter(({ resources }) =>
      resources?.includes('physicalstatefulclusters/status'),
    );
    expect(verbs).toEqual([]);
  });

  test.each([
    ['operator', false],
    ['balancer', false],
    ['sync-service', true],
  ] as const)('%s reaches the mothership: %s', (service, reaches) => {
    const policy = JSON.stringify(only(servicesIn(context), 'NetworkPolicy', service)['spec']);
    expect(policy.includes('203.0.113.0/28')).toBe(reaches);
  });

  const network = { ipBlock: { cidr: context.addressRanges.network } };
  const agents = (label: Readonly<Record<string, string>>) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
    podSelector: { matchLabels: label },
  });

  test.each([
    ['aws', [network]],
    ['gcp', [agents({ 'k8s-app': 'konnectivity-agent' })]],
    ['azure', [network, agents({ app: 'konnectivity-agent' })]],
    ['local', [network]],
  ] as const)('of which the operator is asked about evictions by the API server alone on %s', (cloud, from) => {
    const { spec } = only(servicesIn(exampleContext(cloud)), 'NetworkPolicy', 'operator') as unknown as {
      readonly spec: { readonly ingress: readonly { readonly ports: readonly { readonly port: number }[] }[] };
    };
    expect(spec.ingress.filter(({ ports }) => ports.some(({ port }) => port === EVICTION_WEBHOOK.port))).toEqual([
      { from, ports: [{ port: EVICTION_WEBHOOK.port, protocol: 'TCP' }] },
    ]);
  });

  test('reach the mothership as pods where it runs in the same cluster', () => {
    const own: ClusterContext = {
      ...context,
      mothership: { where: 'this-cluster', bootstrapServer: 'kafka-bootstrap.psc-mothership.svc.cluster.local:9092' },
    };
    expect(only(servicesIn(own), 'NetworkPolicy', 'sync-service')['spec']).toMatchObject({
      egress: expect.arrayContaining([
        {
          to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'psc-mothership' } } }],
          ports: [{ port: 9092, protocol: 'TCP' }],
        },
      ]) as unknown,
    });
  });

  test.each([
    [
      'http://collector.tracing.svc:4318',
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'tracing' } } },
      4318,
    ],
    [
      'http://collector.tracing.svc.cluster.local',
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'tracing' } } },
      80,
    ],
    ['http://192.0.2.7:4318', { ipBlock: { cidr: '192.0.2.7/32' } }, 4318],
    ['https://traces.example.com', { ipBlock: expect.objectContaining({ cidr: '0.0.0.0/0' }) }, 443],
  ])('of which the operator sends its spans to %s, and may reach no more than that for it', (tracesTo, peer, port) => {
    const before = servicesIn(context);
    const traced = servicesIn({ ...context, tracesTo });
    expect(environmentIn(traced, 'operator')).toEqual({
      ...environmentIn(before, 'operator'),
      OTEL_EXPORTER_OTLP_ENDPOINT: tracesTo,
      OTEL_RESOURCE_ATTRIBUTES: 'k8s.cluster.name=aws-us-west-2-a,cloud.region=us-west-2',
    });
    expect(egressIn(traced, 'operator')).toEqual([
      ...egressIn(before, 'operator'),
      { to: [peer], ports: [{ port, protocol: 'TCP' }] },
    ]);
    for (const name of ['balancer', 'sync-service']) {
      expect(only(traced, 'Deployment', name)).toEqual(only(before, 'Deployment', name));
      expect(egressIn(traced, name)).toEqual(egressIn(before, name));
    }
  });

  test('of which the operator may ask cert-manager in its own namespace, and only where the cluster has it', () => {
    const mayAsk = (objects: ReturnType<typeof servicesIn>): readonly string[] =>
      objects
        .filter((object) => JSON.stringify(object).includes('cert-manager.io'))
        .map(({ kind, metadata: { namespace = '', name } }) => `${kind} ${namespace}/${name}`);
    expect(mayAsk(servicesIn(context))).toEqual([]);
    const asking = servicesIn({ ...context, authoritiesFrom: 'cert-manager' });
    expect(mayAsk(asking)).toEqual(['Role flotilla-system/operator']);
  });
});

function environmentIn(objects: ReturnType<typeof servicesIn>, name: string): Readonly<Record<string, unknown>> {
  const { spec } = only(objects, 'Deployment', name) as unknown as {
    readonly spec: {
      readonly template: {
        readonly spec: {
          readonly containers: readonly { readonly env?: readonly { name: string; value?: string }[] }[];
        };
      };
    };
  };
  return Object.fromEntries((spec.template.spec.containers[0]?.env ?? []).map(({ name: key, value }) => [key, value]));
}

function egressIn(objects: ReturnType<typeof servicesIn>, name: string): readonly unknown[] {
  const { spec } = only(objects, 'NetworkPolicy', name) as unknown as {
    readonly spec: { readonly egress: readonly unknown[] };
  };
  return spec.egress;
}

function servicesIn(of: ClusterContext) {
  return objectsOf((scope) => {
    new DataPlaneServices(scope, 'services', { context: of });
  });
}
