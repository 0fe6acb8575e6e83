import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GcpNetwork } from '../../../../constructs/cloud/gcp/network.ts';
import type { GcpNetworkArgs } from '../../../../constructs/cloud/gcp/network.ts';
import { GcpPrivateServices } from '../../../../constructs/cloud/gcp/private-services.ts';
import { regionRangeProblem, regionRanges } from '../../../../constructs/cloud/gcp/region-ranges.ts';
import { rangesOverlap } from '../../../../constructs/cloud/range-overlap.ts';
import type { RecordedResource } from '../recorded-resources.ts';
import { recordProgram } from '../recorded-resources.ts';
import { expectRefusal, GCP_PLACE, GCP_REGION_LABELS, gcpResources, inputsOf, known } from './gcp-region.ts';

const CLUSTER_A = { name: 'a', podRange: '10.20.0.0/16', serviceRange: '10.17.0.0/20' };
const CLUSTER_B = { name: 'b', podRange: '10.21.0.0/16', serviceRange: '10.17.16.0/20' };
const ARGS: GcpNetworkArgs = { ...GCP_PLACE, kubernetesClusters: [CLUSTER_A], logBucket: 'region-logs' };

const inRegion = (changed: Partial<GcpNetworkArgs['region']>): GcpNetworkArgs => ({
  ...ARGS,
  region: { ...ARGS.region, ...changed },
});

async function made(args: GcpNetworkArgs): Promise<ReadonlyMap<string, RecordedResource>> {
  const { resources } = await recordProgram(() => new GcpNetwork('region', args));
  return resources;
}

/** Names of resources that are not the same in both. */
function changed(
  before: ReadonlyMap<string, RecordedResource>,
  after: ReadonlyMap<string, RecordedResource>,
): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => {
    const [one, other] = [before.get(name), after.get(name)];
    return JSON.stringify(one) !== JSON.stringify(other);
  });
}

describe("a region's network on GCP", () => {
  it('is one component in one project, labelled wherever GCP has labels', async () => {
    const resources = await made(ARGS);
    const children = gcpResources(resources);
    expect(resources.get('region')).toMatchObject({ type: 'flotilla:gcp:Network', parentType: '' });
    expect(new Set(children.map(({ parentType }) => parentType))).toEqual(new Set(['flotilla:gcp:Network']));
    // A policy of a bucket is the bucket's, and has no project.
    const inProject = children.filter(({ type }) => !type.startsWith('gcp:storage/'));
    expect(new Set(inProject.map(({ inputs }) => inputs['project']))).toEqual(new Set(['example-kafka']));
    const labelled = children.filter(({ type }) => /:(Address|ManagedZone)$/.test(type));
    expect(labelled).toHaveLength(6);
    for (const { inputs } of labelled) expect(inputs['labels']).toEqual(GCP_REGION_LABELS);
  });

  it('has one subnet, with a range for pods and one for services of each cluster, and logs all flows in it', async () => {
    const resources = await made({ ...ARGS, kubernetesClusters: [CLUSTER_A, CLUSTER_B] });
    expect(inputsOf(resources, 'compute/network:Network')).toEqual([
      expect.objectContaining({ autoCreateSubnetworks: false, deleteDefaultRoutesOnCreate: true }),
    ]);
    expect(inputsOf(resources, 'compute/subnetwork:Subnetwork')).toEqual([
      expect.objectContaining({
        region: 'us-central1',
        ipCidrRange: '10.16.0.0/17',
        privateIpGoogleAccess: true,
        secondaryIpRanges: [
          { rangeName: 'a-pods', ipCidrRange: '10.20.0.0/16' },
          { rangeName: 'a-services', ipCidrRange: '10.17.0.0/20' },
          { rangeName: 'b-pods', ipCidrRange: '10.21.0.0/16' },
          { rangeName: 'b-services', ipCidrRange: '10.17.16.0/20' },
        ],
        logConfig: expect.objectContaining({ flowSampling: 1 }),
      }),
    ]);
  });

  it('keeps flow logs of this subnet alone in the log bucket, and lets their writer do nothing but add to it', async () => {
    const { resources } = await recordProgram(() => new GcpNetwork('region', ARGS), {
      computed: (type) =>
        type === 'gcp:logging/projectSink:ProjectSink'
          ? { writerIdentity: 'serviceAccount:writer' }
          : type.endsWith(':Subnetwork')
            ? { name: 'region-nodes-0123456' }
            : {},
    });
    expect(resources.get('region-flow-log')?.inputs).toMatchObject({
      destination: 'storage.googleapis.com/region-logs',
      filter:
        'log_id("compute.googleapis.com/vpc_flows") AND resource.type="gce_subnetwork" AND resource.labels.subnetwork_name="region-nodes-0123456"',
      uniqueWriterIdentity: true,
    });
    expect(resources.get('region-flow-log-writer')?.inputs).toEqual({
      bucket: 'region-logs',
      role: 'roles/storage.objectCreator',
      member: 'serviceAccount:writer',
    });
  });

  it('leads nodes out by one address for each zone, each given out', async () => {
    const { resources, result } = await recordProgram(() => new GcpNetwork('region', ARGS), {
      computed: (type, name) =>
        type === 'gcp:compute/address:Address' ? { selfLink: `link/${name}`, address: `of ${name}` } : {},
    });
    expect(resources.get('region-nat')?.inputs).toMatchObject({
      natIpAllocateOption: 'MANUAL_ONLY',
      natIps: ['a', 'b', 'c'].map((zone) => `link/region-us-central1-${zone}-egress`),
      sourceSubnetworkIpRangesToNat: 'LIST_OF_SUBNETWORKS',
      subnetworks: [{ name: 'region-nodes-id', sourceIpRangesToNats: ['ALL_IP_RANGES'] }],
      enableEndpointIndependentMapping: false,
    });
    expect(Object.keys(result.egressAddresses)).toEqual(GCP_PLACE.region.zones);
    expect(await known(result.egressAddresses['us-central1-b'])).toBe('of region-us-central1-b-egress');
  });

  it("reaches Google's APIs, object store and registries among them, without NAT and the internet", async () => {
    const resources = await made(ARGS);
    expect(resources.get('region-google-apis')?.inputs).toMatchObject({ destRange: '199.36.153.8/30' });
    for (const zone of inputsOf(resources, 'dns/managedZone:ManagedZone')) {
      expect(zone).toMatchObject({
        visibility: 'private',
        privateVisibilityConfig: { networks: [{ networkUrl: 'region-network-id' }] },
      });
    }
    const records = inputsOf(resources, 'dns/recordSet:RecordSet').map(
      ({ name, type }) => `${String(name)} ${String(type)}`,
    );
    expect([...records].sort()).toEqual([
      '*.gcr.io. CNAME',
      '*.googleapis.com. CNAME',
      '*.pkg.dev. CNAME',
      'gcr.io. A',
      'pkg.dev. A',
      'private.googleapis.com. A',
    ]);
    expect(resources.get('region-googleapis-com-names')?.inputs).toMatchObject({
      rrdatas: ['private.googleapis.com.'],
    });
  });

  it('refuses and logs what nobody lets in', async () => {
    expect(inputsOf(await made(ARGS), 'compute/firewall:Firewall')).toEqual([
      expect.objectContaining({
        direction: 'INGRESS',
        priority: 65534,
        sourceRanges: ['0.0.0.0/0'],
        denies: [{ protocol: 'all' }],
      }),
    ]);
  });

  it('changes only the list of addresses of the way out when a zone is added, wherever in the list', async () => {
    const before = await made(ARGS);
    for (const zones of [
      [...GCP_PLACE.region.zones, 'us-central1-f'],
      ['us-central1-f', ...GCP_PLACE.region.zones],
    ]) {
      expect([...changed(before, await made(inRegion({ zones })))].sort()).toEqual([
        'region-nat',
        'region-us-central1-f-egress',
      ]);
    }
  });

  it('changes only the secondary ranges when a cluster is added', async () => {
    const after = await made({ ...ARGS, kubernetesClusters: [CLUSTER_A, CLUSTER_B] });
    expect(changed(await made(ARGS), after)).toEqual(['region-nodes']);
  });

  it('gives the names of the ranges of a cluster, and its subnet once the ways out of it are there', async () => {
    const { result } = await recordProgram(() => new GcpNetwork('region', ARGS));
    expect(result.clusterRanges).toEqual({ a: { pods: 'a-pods', services: 'a-services' } });
    expect(await known(result.nodeSubnetId)).toBe('region-nodes-id');
    expect(await known(result.networkId)).toBe('region-network-id');
  });

  it.each([
    ['another cloud', { cloud: 'aws' as const }, ['region.cloud'], /of gcp/],
    ['a project number', { account: '123456789012' }, ['region.account'], /project's id/],
    [
      'a zone of another region',
      { zones: ['us-central1-a', 'us-central1-b', 'us-east1-b'] },
      ['region.zones[2]'],
      /has us/,
    ],
    ['a zone twice', { zones: ['us-central1-a', 'us-central1-b', 'us-central1-b'] }, ['region.zones[2]'], /twice/],
    ['two zones', { zones: ['us-central1-a', 'us-central1-b'] }, ['region.zones'], /3 zones/],
    ['too small a network', { addressRange: '10.16.0.0/22' }, ['region.addressRange'], /\/21/],
    ['no network', { addressRange: '10.16.0.0' }, ['region.addressRange'], /CIDR/],
    ['a label with a slash', { tags: { 'a/b': 'c' } }, ['region.tags["a/b"]'], /label/],
    ["a label of Google's", { tags: { 'goog-x': 'c' } }, ['region.tags["goog-x"]'], /goog/],
    ['a value in capitals', { tags: { team: 'Kafka' } }, ['region.tags["team"]'], /value of a label/],
    [
      'too many labels',
      { tags: Object.fromEntries(Array.from({ length: 62 }, (_, index) => [`label-${index}`, 'x'])) },
      ['region.tags'],
      /64/,
    ],
  ])('refuses %s', async (_what, region, paths, reason) => {
    await expectRefusal(() => new GcpNetwork('region', inRegion(region)), paths, reason);
  });

  it.each([
    ['pods in the network', [{ ...CLUSTER_A, podRange: '10.16.128.0/20' }], ['kubernetesClusters[0].podRange']],
    ['services among pods', [{ ...CLUSTER_A, serviceRange: '10.20.4.0/22' }], ['kubernetesClusters[0].serviceRange']],
    [
      'pods of two clusters',
      [CLUSTER_A, { ...CLUSTER_B, podRange: '10.20.0.0/16' }],
      ['kubernetesClusters[1].podRange'],
    ],
    ['no range', [{ ...CLUSTER_A, podRange: '10.20.0.1/16' }], ['kubernetesClusters[0].podRange']],
    ['a cluster twice', [CLUSTER_A, { ...CLUSTER_B, name: 'a' }], ['kubernetesClusters[1].name']],
  ])('refuses %s', async (_what, kubernetesClusters, paths) => {
    await expectRefusal(() => new GcpNetwork('region', { ...ARGS, kubernetesClusters }), paths);
  });
});

describe('the ranges of a region on GCP', () => {
  it('lie in its network and have no address in common, whatever its size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 16, max: 21 }), (second, prefixLength) => {
        const network = `10.${second}.0.0/${prefixLength}`;
        const { nodes, linkConsumers, linkEndpoint, privateServices } = regionRanges(network);
        const ranges = [nodes, linkConsumers, linkEndpoint, privateServices];
        for (const [index, range] of ranges.entries()) {
          expect(rangesOverlap(range, network)).toBe(true);
          expect(Number(range.split('/').at(1))).toBeGreaterThan(prefixLength);
          for (const other of ranges.slice(index + 1)) expect(rangesOverlap(range, other)).toBe(false);
        }
      }),
    );
  });

  it('are refused where databases would get less than GCP takes', () => {
    expect(regionRangeProblem('10.0.0.0/21')).toBeUndefined();
    expect(regionRangeProblem('10.0.0.0/22')).toMatch(/databases/);
    expect(() => regionRanges('10.0.0.0/22')).toThrow(RangeError);
  });
});

describe('private services of a network on GCP', () => {
  const place = { ...GCP_PLACE, networkId: 'projects/example-kafka/global/networks/region' };

  it("have the free eighth of the region's range, and are not taken away from under a database", async () => {
    const { resources, result } = await recordProgram(() => new GcpPrivateServices('databases', place));
    expect(resources.get('databases-range')).toMatchObject({
      inputs: { purpose: 'VPC_PEERING', address: '10.16.224.0', prefixLength: 19, labels: GCP_REGION_LABELS },
      protection: { protect: true },
    });
    expect(resources.get('databases-connection')?.protection.protect).toBe(true);
    expect(result.addressRange).toBe('10.16.224.0/19');
    expect(await known(result.networkId)).toBe(place.networkId);
  });

  it('are refused where the range has no room for them', async () => {
    const region = { ...GCP_PLACE.region, addressRange: '10.16.0.0/22' };
    await expectRefusal(() => new GcpPrivateServices('databases', { ...place, region }), ['region.addressRange']);
  });
});
