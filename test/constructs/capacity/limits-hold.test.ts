import { describe, expect, it } from '@jest/globals';
import type { InstanceClass } from '../../../constructs/capacity/catalogue/catalogue.ts';
import { catalogueOf, findInstanceClass } from '../../../constructs/capacity/catalogue/index.ts';
import type { ClusterShape } from '../../../constructs/capacity/cluster-shape.ts';
import { shapeOf } from '../../../constructs/capacity/shape-of.ts';
import type { Cloud } from '../../../contracts/cloud.ts';
import { ALL_CKUS, PUBLIC_CLOUDS, request, ZONE_COUNTS } from './requests.ts';

/**
 * The arithmetic done again, from the published figures alone: nothing here calls what the shapes are made with. The
 * assumptions are repeated on purpose, so that none of them can change unnoticed.
 */
const UTILIZATION = 0.75;
const LAGGING_SHARE = 0.2;
const BYTES_PER_OPERATION = 65_536;
/** 124.9 MB/s in and 249.8 MB/s out on 16 vCPUs. */
const CLIENT_BYTES_PER_SECOND_AND_VCPU = 374.7e6 / 16;
const BYTES_PER_CONNECTION = 204_800;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

interface Load {
  readonly networkInBytesPerSecond: number;
  readonly networkOutBytesPerSecond: number;
  readonly writtenBytesPerSecond: number;
  readonly diskBytesPerSecond: number;
  readonly clientBytesPerSecond: number;
  readonly connections: number;
}

/** What each broker carries when the brokers of one zone are gone and the others carry three copies of everything. */
function loadWithout(lostZone: string, { brokers, limits, request: { cloud } }: ClusterShape): Load {
  const left = brokers.count - (brokers.placement[lostZone]?.pods.length ?? 0);
  const ingress = limits.ingressBytesPerSecond / left;
  const egress = limits.egressBytesPerSecond / left;
  const lagging = LAGGING_SHARE * egress;
  const volumeWritesAsEgress = cloud === 'gcp' ? 3 * ingress : 0;
  return {
    networkInBytesPerSecond: 3 * ingress + lagging,
    networkOutBytesPerSecond: 2 * ingress + egress + ingress + volumeWritesAsEgress,
    writtenBytesPerSecond: 3 * ingress,
    diskBytesPerSecond: 3 * ingress + lagging,
    clientBytesPerSecond: ingress + egress,
    connections: limits.connections / left,
  };
}

function machineOf({ brokers, request: { cloud } }: ClusterShape): InstanceClass {
  return machineNamed(cloud, brokers.instanceClass);
}

function machineNamed(cloud: Cloud, name: string): InstanceClass {
  const machine = findInstanceClass(cloud, name);
  if (machine === undefined) throw new Error(`${cloud} has no class ${name}`);
  return machine;
}

interface Bound {
  readonly what: string;
  readonly amount: number;
  readonly most: number;
}

/** Rounding of sums in another order than the one that counted the brokers. */
const SLACK = 1 + 1e-12;

function broken(bounds: readonly Bound[]): readonly Bound[] {
  return bounds.filter(({ amount, most }) => !(amount <= most * SLACK));
}

const cloudAndZones = PUBLIC_CLOUDS.flatMap((cloud) => ZONE_COUNTS.map((zoneCount) => ({ cloud, zoneCount })));

describe.each(cloudAndZones)('at its limits with one zone lost, a cluster on $cloud over $zoneCount zones', (where) => {
  const { cloud, zoneCount } = where;
  const shapes = ALL_CKUS.map((ckus) => shapeOf(request(cloud, ckus, zoneCount)));
  const cases = shapes.flatMap((shape) =>
    shape.request.zones.map((lost) => ({ shape, load: loadWithout(lost, shape) })),
  );

  it('keeps a quarter of the network free in both directions', () => {
    const bounds = cases.flatMap(({ shape, load }) => {
      const most = UTILIZATION * machineOf(shape).networkBytesPerSecond;
      return [
        { what: `in, ${shape.request.ckus} CKUs`, amount: load.networkInBytesPerSecond, most },
        { what: `out, ${shape.request.ckus} CKUs`, amount: load.networkOutBytesPerSecond, most },
      ];
    });
    expect(broken(bounds)).toEqual([]);
  });

  it('keeps a quarter of what the machine moves to volumes free, in bytes and in operations', () => {
    const bounds = cases.flatMap(({ shape, load: { diskBytesPerSecond } }) => {
      const machine = machineOf(shape);
      const what = `${shape.request.ckus} CKUs`;
      return [
        { what, amount: diskBytesPerSecond, most: UTILIZATION * machine.diskBytesPerSecond },
        { what, amount: diskBytesPerSecond / BYTES_PER_OPERATION, most: UTILIZATION * machine.diskIops },
      ];
    });
    expect(broken(bounds)).toEqual([]);
  });

  it('keeps a quarter of what the volume was bought with free', () => {
    const bounds = cases.flatMap(({ shape, load: { diskBytesPerSecond } }) => {
      const { throughputMibPerSecond, iops } = shape.brokers.volume;
      const what = `${shape.request.ckus} CKUs`;
      return [
        { what, amount: diskBytesPerSecond, most: UTILIZATION * throughputMibPerSecond * MIB },
        { what, amount: diskBytesPerSecond / BYTES_PER_OPERATION, most: UTILIZATION * iops },
      ];
    });
    expect(broken(bounds)).toEqual([]);
  });

  it('moves no more client bytes per vCPU than is proven', () => {
    const bounds = cases.map(({ shape, load }) => ({
      what: `${shape.request.ckus} CKUs`,
      amount: load.clientBytesPerSecond,
      most: machineOf(shape).vcpus * CLIENT_BYTES_PER_SECOND_AND_VCPU,
    }));
    expect(broken(bounds)).toEqual([]);
  });

  it('has memory for heap, connections and a minute of every log', () => {
    const bounds = cases.map(({ shape, load }) => ({
      what: `${shape.request.ckus} CKUs`,
      amount:
        (shape.brokers.heapMib + 1024) * MIB +
        load.connections * BYTES_PER_CONNECTION +
        60 * load.writtenBytesPerSecond,
      most: shape.brokers.memoryMib * MIB,
    }));
    expect(broken(bounds)).toEqual([]);
  });

  it('never has more than 4,000 replicas on a broker, nor more than 250 for each vCPU', () => {
    const bounds = shapes.map((shape) => ({
      what: `${shape.request.ckus} CKUs`,
      amount: (shape.limits.partitions * 3) / shape.brokers.count,
      most: Math.min(4000, 250 * machineOf(shape).vcpus),
    }));
    expect(broken(bounds)).toEqual([]);
  });

  it('has no zone of brokers to spare', () => {
    const wasteful = shapes.filter((shape, index) => {
      const grew = shapes[index - 1]?.brokers.count !== shape.brokers.count;
      return grew && breaches(withBrokersFewerByOneInEachZone(shape)).length === 0;
    });
    expect(wasteful.map(({ request: { ckus } }) => ckus)).toEqual([]);
  });
});

describe.each(cloudAndZones)('each node on $cloud over $zoneCount zones', ({ cloud, zoneCount }) => {
  const shapes = ALL_CKUS.flatMap((ckus) => [
    shapeOf(request(cloud, ckus, zoneCount, 'on')),
    shapeOf(request(cloud, ckus, zoneCount, 'off')),
  ]);
  const nodes = shapes.flatMap(({ brokers, controllers }) => [brokers, controllers]);

  it('fits on its machine beside what the system needs', () => {
    const bounds = nodes.flatMap(({ instanceClass, cpuMillis, cpuLimitMillis, memoryMib }) => {
      const { vcpus, memoryMib: machineMib } = machineNamed(cloud, instanceClass);
      return [
        { what: 'CPU request', amount: cpuMillis, most: vcpus * 1000 - 500 },
        { what: 'CPU limit', amount: cpuLimitMillis, most: vcpus * 1000 },
        { what: 'memory', amount: memoryMib, most: 0.85 * machineMib },
      ];
    });
    expect(broken(bounds)).toEqual([]);
  });

  it('has a volume within the bounds of its type and of the machine', () => {
    const type = catalogueOf(cloud).volumeType;
    const bounds = nodes.flatMap(({ instanceClass, volume }) => {
      const machine = machineNamed(cloud, instanceClass);
      const { sizeGib, growthLimitGib, iops, throughputMibPerSecond } = volume;
      return [
        { what: 'least size', amount: type.minSizeGib, most: sizeGib },
        { what: 'growth', amount: sizeGib, most: growthLimitGib },
        { what: 'most size', amount: growthLimitGib, most: type.maxSizeGib },
        { what: 'least IOPS', amount: type.minIops, most: iops },
        { what: 'most IOPS', amount: iops, most: Math.min(type.maxIops, machine.diskIops) },
        { what: 'IOPS for the size', amount: iops, most: sizeGib * type.maxIopsPerGib },
        { what: 'least throughput', amount: type.minThroughputMibPerSecond, most: throughputMibPerSecond },
        { what: 'most throughput', amount: throughputMibPerSecond, most: type.maxThroughputMibPerSecond },
        { what: 'throughput of the machine', amount: throughputMibPerSecond * MIB, most: machine.diskBytesPerSecond },
        { what: 'throughput for IOPS', amount: throughputMibPerSecond, most: iops * type.maxThroughputMibPerIops },
      ];
    });
    expect(broken(bounds)).toEqual([]);
  });

  it('keeps its hot set of a day, or a week without Infinite Storage, on a volume four fifths full', () => {
    const bounds = shapes.map(({ brokers, limits, request: { ckus, infiniteStorage } }) => {
      const seconds = (infiniteStorage === 'on' ? 24 : 168) * 3600;
      return {
        what: `${ckus} CKUs, Infinite Storage ${infiniteStorage}`,
        amount: (3 * 0.25 * limits.ingressBytesPerSecond * seconds) / brokers.count,
        most: 0.8 * brokers.volume.sizeGib * GIB,
      };
    });
    expect(broken(bounds)).toEqual([]);
  });
});

/** The same cluster with one broker less in every zone. */
function withBrokersFewerByOneInEachZone(shape: ClusterShape): ClusterShape {
  const placement = Object.fromEntries(
    Object.entries(shape.brokers.placement).map(([zone, { pods }]) => [zone, { pods: pods.slice(0, -1) }]),
  );
  const count = shape.brokers.count - shape.request.zones.length;
  return { ...shape, brokers: { ...shape.brokers, count, placement } };
}

function breaches(shape: ClusterShape): readonly Bound[] {
  if (shape.brokers.count === 0) return [{ what: 'no broker is left', amount: 1, most: 0 }];
  const machine = machineOf(shape);
  const load = loadWithout(shape.request.zones[0] ?? '', shape);
  const network = UTILIZATION * machine.networkBytesPerSecond;
  return broken([
    { what: 'network in', amount: load.networkInBytesPerSecond, most: network },
    { what: 'network out', amount: load.networkOutBytesPerSecond, most: network },
    { what: 'disk', amount: load.diskBytesPerSecond, most: UTILIZATION * machine.diskBytesPerSecond },
    { what: 'CPU', amount: load.clientBytesPerSecond, most: machine.vcpus * CLIENT_BYTES_PER_SECOND_AND_VCPU },
    {
      what: 'replicas',
      amount: (shape.limits.partitions * 3) / shape.brokers.count,
      most: Math.min(4000, 250 * machine.vcpus),
    },
  ]);
}
