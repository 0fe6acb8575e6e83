import { describe, expect, it } from '@jest/globals';
import { GcpMothershipLink } from '../../../../constructs/cloud/gcp/mothership-link.ts';
import type { GcpMothershipLinkArgs } from '../../../../constructs/cloud/gcp/mothership-link.ts';
import { isLinked } from '../../../../constructs/cloud/gcp/mothership-link-problems.ts';
import { recordProgram } from '../recorded-resources.ts';
import { expectRefusal, GCP_PLACE, GCP_REGION_LABELS, inputsOf, known } from './gcp-region.ts';

const NETWORK = 'projects/example-kafka/global/networks/region';
const LOAD_BALANCER = 'projects/example-kafka/regions/us-central1/forwardingRules/gateway';
const SERVICE = 'projects/example-mothership/regions/europe-west1/serviceAttachments/mothership';

const offered = (changed: { readonly loadBalancer?: string; readonly consumers?: readonly string[] } = {}) =>
  ({
    ...GCP_PLACE,
    networkId: NETWORK,
    mothership: {
      hosted: true,
      privateLink: { loadBalancer: LOAD_BALANCER, consumers: ['example-kafka-eu', 'example-kafka-asia'], ...changed },
    },
  }) as const satisfies GcpMothershipLinkArgs;

const reached = (changed: { readonly service?: string; readonly bootstrapServer?: string } = {}) =>
  ({
    ...GCP_PLACE,
    networkId: NETWORK,
    mothership: {
      hosted: false,
      bootstrapServer: changed.bootstrapServer ?? 'bootstrap.mothership.gcp-europe-west1-a.example.com:9094',
      privateLink: { service: changed.service ?? SERVICE },
    },
  }) as const satisfies GcpMothershipLinkArgs;

describe('the private link of a mothership that is hosted on GCP', () => {
  it('takes the projects that are named, and no others', async () => {
    const { resources, result } = await recordProgram(() => new GcpMothershipLink('link', offered()), {
      computed: (_type, name) => ({ selfLink: `link/${name}` }),
    });
    expect(resources.get('link-service')?.inputs).toMatchObject({
      region: 'us-central1',
      targetService: LOAD_BALANCER,
      natSubnets: ['link-consumers-id'],
      connectionPreference: 'ACCEPT_MANUAL',
      consumerAcceptLists: [
        { projectIdOrNum: 'example-kafka-eu', connectionLimit: 50 },
        { projectIdOrNum: 'example-kafka-asia', connectionLimit: 50 },
      ],
      reconcileConnections: true,
      enableProxyProtocol: false,
    });
    expect(await known(result.service)).toBe('link/link-service');
    expect(result.address).toBeUndefined();
  });

  it('lets consumers in from their own range, to the port of the gateway only', async () => {
    const { resources } = await recordProgram(() => new GcpMothershipLink('link', offered()));
    expect(resources.get('link-consumers')?.inputs).toMatchObject({
      purpose: 'PRIVATE_SERVICE_CONNECT',
      ipCidrRange: '10.16.192.0/22',
    });
    expect(inputsOf(resources, 'compute/firewall:Firewall')).toEqual([
      expect.objectContaining({
        network: NETWORK,
        direction: 'INGRESS',
        sourceRanges: ['10.16.192.0/22'],
        allows: [{ protocol: 'tcp', ports: ['9094'] }],
      }),
    ]);
  });

  it.each([
    ['a load balancer of another region', { loadBalancer: LOAD_BALANCER.replace('central', 'east') }, 'loadBalancer'],
    ["another cloud's load balancer", { loadBalancer: 'arn:aws:elasticloadbalancing' }, 'loadBalancer'],
    ['nobody who may connect', { consumers: [] }, 'consumers'],
    ['a consumer twice', { consumers: ['example-kafka-eu', 'example-kafka-eu'] }, 'consumers[1]'],
    ['a consumer of another cloud', { consumers: ['123456789012'] }, 'consumers[0]'],
  ])('refuses %s', async (_what, changed, path) => {
    await expectRefusal(() => new GcpMothershipLink('link', offered(changed)), [`mothership.privateLink.${path}`]);
  });
});

describe('the private link of a region to a mothership on GCP', () => {
  it("stands in the service's region, with an address that all regions of the network reach", async () => {
    const { resources, result } = await recordProgram(() => new GcpMothershipLink('link', reached()), {
      computed: (type, name) => (type.endsWith(':Address') ? { address: '10.16.196.2', selfLink: `link/${name}` } : {}),
    });
    expect(resources.get('link-endpoint-subnet')?.inputs).toMatchObject({
      region: 'europe-west1',
      ipCidrRange: '10.16.196.0/22',
    });
    expect(resources.get('link-endpoint-address')?.inputs).toMatchObject({
      region: 'europe-west1',
      addressType: 'INTERNAL',
      subnetwork: 'link-endpoint-subnet-id',
      labels: GCP_REGION_LABELS,
    });
    expect(resources.get('link-endpoint')?.inputs).toMatchObject({
      region: 'europe-west1',
      network: NETWORK,
      ipAddress: 'link/link-endpoint-address',
      target: SERVICE,
      loadBalancingScheme: '',
      allowPscGlobalAccess: true,
    });
    expect(await known(result.address)).toBe('10.16.196.2');
    expect(result.service).toBeUndefined();
  });

  it("answers the mothership's host names with it, inside the network only", async () => {
    const { resources } = await recordProgram(() => new GcpMothershipLink('link', reached()), {
      computed: (type) => (type.endsWith(':Address') ? { address: '10.16.196.2' } : {}),
    });
    expect(resources.get('link-zone')?.inputs).toMatchObject({
      dnsName: 'mothership.gcp-europe-west1-a.example.com.',
      visibility: 'private',
      privateVisibilityConfig: { networks: [{ networkUrl: NETWORK }] },
    });
    expect(resources.get('link-hosts')?.inputs).toMatchObject({
      name: '*.mothership.gcp-europe-west1-a.example.com.',
      type: 'A',
      rrdatas: ['10.16.196.2'],
    });
    expect(resources.get('link-hosts')?.dependsOn).toContain('link-endpoint');
  });

  it.each([
    [
      'a service of another cloud',
      { service: 'com.amazonaws.vpce.us-west-2.vpce-svc-1' },
      'mothership.privateLink.service',
    ],
    [
      'a bootstrap without a port',
      { bootstrapServer: 'bootstrap.mothership.example.com' },
      'mothership.bootstrapServer',
    ],
    ['a bootstrap of another name', { bootstrapServer: 'kafka.example.com:9094' }, 'mothership.bootstrapServer'],
  ])('refuses %s', async (_what, changed, path) => {
    await expectRefusal(() => new GcpMothershipLink('link', reached(changed)), [path]);
  });
});

describe('a mothership', () => {
  it('is linked only where its config has a private link', () => {
    expect(isLinked(reached().mothership)).toBe(true);
    expect(isLinked({ hosted: true })).toBe(false);
    expect(isLinked({ hosted: false, bootstrapServer: 'bootstrap.example.com:9094' })).toBe(false);
  });
});
