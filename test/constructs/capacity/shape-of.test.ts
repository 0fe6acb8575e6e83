import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CapacityError } from '../../../constructs/capacity/capacity-error.ts';
import type { ClusterShape, NodeShape } from '../../../constructs/capacity/cluster-shape.ts';
import { shapeOf } from '../../../constructs/capacity/shape-of.ts';
import { CLOUDS } from '../../../contracts/cloud.ts';
import { ALL_CKUS, request, ZONE_COUNTS, zonesNamed } from './requests.ts';

const cloudAndZones = CLOUDS.flatMap((cloud) => ZONE_COUNTS.map((zoneCount) => ({ cloud, zoneCount })));

describe.each(cloudAndZones)('a cluster on $cloud over $zoneCount zones', ({ cloud, zoneCount }) => {
  const shapes = ALL_CKUS.map((ckus) => shapeOf(request(cloud, ckus, zoneCount)));
  const shapesWithoutBucket = ALL_CKUS.map((ckus) => shapeOf(request(cloud, ckus, zoneCount, 'off')));

  it('never gets less of anything by growing', () => {
    const fell = [shapes, shapesWithoutBucket].flatMap((series) =>
      [...pairs(series)].flatMap(([before, after]) => figuresThatFell(before, after)),
    );
    expect(fell).toEqual([]);
  });

  it('never moves a pod to another zone by growing', () => {
    const moved = [...pairs(shapes)].flatMap(([before, after]) => [
      ...movedPods(before.brokers, after.brokers),
      ...movedPods(before.controllers, after.controllers),
    ]);
    expect(moved).toEqual([]);
  });

  it('has the same number of brokers in every zone, each placed once', () => {
    const wrong = shapes.filter(({ brokers, request: { zones } }) => {
      const pods = podsOf(brokers);
      const even = zones.every((zone) => brokers.placement[zone]?.pods.length === brokers.count / zoneCount);
      const complete = pods.every((pod) => /^kafka-\d+$/.test(pod) && Number(pod.slice(6)) < brokers.count);
      return !even || !complete || new Set(pods).size !== brokers.count;
    });
    expect(wrong).toEqual([]);
  });

  it('has three controllers, each in a zone of its own', () => {
    const placements = new Set(shapes.map(({ controllers }) => JSON.stringify(controllers.placement)));
    expect([...placements].map((text) => JSON.parse(text) as unknown)).toEqual([
      {
        'zone-0': { pods: ['controller-0'] },
        'zone-1': { pods: ['controller-1'] },
        'zone-2': { pods: ['controller-2'] },
      },
    ]);
    expect(shapes.filter(({ controllers }) => controllers.count !== 3)).toEqual([]);
  });

  it('asks for whole figures, with requests below limits and the heap far below the memory', () => {
    const nodes = [...shapes, ...shapesWithoutBucket].flatMap(({ brokers, controllers }) => [brokers, controllers]);
    expect(nodes.filter((node) => fractions(node).length > 0)).toEqual([]);
    expect(nodes.filter(({ cpuMillis, cpuLimitMillis }) => cpuMillis >= cpuLimitMillis)).toEqual([]);
    expect(nodes.filter(({ heapMib, memoryMib }) => heapMib > Math.min(31 * 1024, memoryMib / 2))).toEqual([]);
    expect(nodes.filter(({ volume }) => volume.sizeGib >= volume.growthLimitGib)).toEqual([]);
  });

  it('still reaches its limits by its quotas while any one zone is lost', () => {
    const short = shapes.flatMap(({ brokers, brokerQuotas, limits, request: { ckus, zones } }) =>
      zones.flatMap((lost) => {
        const left = brokers.count - (brokers.placement[lost]?.pods.length ?? 0);
        const granted: readonly (readonly [number, number])[] = [
          [left * brokerQuotas.producerBytesPerSecond, limits.ingressBytesPerSecond],
          [left * brokerQuotas.consumerBytesPerSecond, limits.egressBytesPerSecond],
          [left * brokerQuotas.connections, limits.connections],
          [left * brokerQuotas.connectionAttemptsPerSecond, limits.connectionAttemptsPerSecond],
        ];
        return granted.some(([quota, limit]) => quota < limit) ? [{ ckus, lost }] : [];
      }),
    );
    expect(short).toEqual([]);
  });

  it('grants by its quotas, with every zone there, no more than what a lost zone lets each broker carry', () => {
    const generous = shapes.filter(({ brokers, brokerQuotas, limits }) => {
      const left = brokers.count - brokers.count / zoneCount;
      return (
        brokerQuotas.producerBytesPerSecond - limits.ingressBytesPerSecond / left >= 1 ||
        brokerQuotas.consumerBytesPerSecond - limits.egressBytesPerSecond / left >= 1
      );
    });
    expect(generous).toEqual([]);
  });
});

describe('limits of a cluster', () => {
  it('are those of one CKU times CKUs, with 100,000 partitions at most', () => {
    expect(shapeOf(request('aws', 4)).limits).toEqual({
      ingressBytesPerSecond: 240_000_000,
      egressBytesPerSecond: 720_000_000,
      partitions: 18_000,
      connections: 72_000,
      connectionAttemptsPerSecond: 2000,
      requestsPerSecond: 60_000,
    });
    expect(shapeOf(request('gcp', 22)).limits.partitions).toBe(99_000);
    expect(shapeOf(request('gcp', 23)).limits.partitions).toBe(100_000);
    expect(shapeOf(request('azure', 152)).limits.partitions).toBe(100_000);
  });

  it('do not depend on the zones or on Infinite Storage', () => {
    expect(shapeOf(request('aws', 7, 5, 'off')).limits).toEqual(shapeOf(request('aws', 7)).limits);
  });
});

describe('Infinite Storage', () => {
  it('changes the size of the volumes and nothing else', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CLOUDS), fc.integer({ min: 1, max: 152 }), (cloud, ckus) => {
        const [on, off] = [shapeOf(request(cloud, ckus)), shapeOf(request(cloud, ckus, 3, 'off'))];
        const { volume: volumeOn, ...brokersOn } = on.brokers;
        const { volume: volumeOff, ...brokersOff } = off.brokers;
        expect(brokersOff).toEqual(brokersOn);
        expect(off.brokerQuotas).toEqual(on.brokerQuotas);
        expect(volumeOff.throughputMibPerSecond).toBe(volumeOn.throughputMibPerSecond);
        expect(volumeOff.sizeGib).toBeGreaterThanOrEqual(volumeOn.sizeGib);
      }),
    );
  });
});

describe('a placement', () => {
  it('follows the order in which the zones are named, whatever they are called', () => {
    const zoneNames = fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,20}$/), { minLength: 3, maxLength: 6 });
    fc.assert(
      fc.property(zoneNames, fc.integer({ min: 1, max: 40 }), (zones, ckus) => {
        const { brokers } = shapeOf({ cloud: 'aws', ckus, zones, infiniteStorage: 'on' });
        for (const [index, zone] of zones.entries()) {
          expect(brokers.placement[zone]?.pods[0]).toBe(`kafka-${index}`);
          expect(brokers.placement[zone]?.pods[1]).toBe(
            brokers.count > zones.length ? `kafka-${index + zones.length}` : undefined,
          );
        }
      }),
    );
  });
});

describe('a request out of range', () => {
  it.each([0, -1, 153, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('is refused for %p CKUs', (ckus) => {
    const problem = refusal(() => shapeOf(request('aws', ckus)));
    expect(problem.field).toBe('ckus');
    expect(problem.rule).toContain('from 1 to 152');
    expect(problem.hint).not.toBe('');
  });

  it.each([
    { zones: [], why: 'no zone' },
    { zones: zonesNamed(2), why: 'two zones' },
    { zones: ['a', 'b', 'a'], why: 'a zone named twice' },
    { zones: ['a', 'b', ''], why: 'a zone without a name' },
  ])('is refused for $why', ({ zones }) => {
    const problem = refusal(() => shapeOf({ cloud: 'gcp', ckus: 1, zones, infiniteStorage: 'on' }));
    expect(problem.field).toBe('zones');
    expect(problem.value).toEqual(zones);
  });
});

function refusal(action: () => unknown): CapacityError {
  try {
    action();
  } catch (error) {
    if (error instanceof CapacityError) return error;
    throw error;
  }
  throw new Error('the request was accepted');
}

function* pairs<T>(series: readonly T[]): Generator<readonly [T, T]> {
  for (const [index, after] of series.entries()) {
    const before = series[index - 1];
    if (before !== undefined) yield [before, after];
  }
}

function figuresThatFell(before: ClusterShape, after: ClusterShape): readonly string[] {
  const figures = (shape: ClusterShape): Readonly<Record<string, number>> => ({
    ...Object.fromEntries(Object.entries(shape.limits).map(([name, value]) => [`limits.${name}`, value as number])),
    ...nodeFigures('brokers', shape.brokers),
    ...nodeFigures('controllers', shape.controllers),
  });
  const then = figures(before);
  const now = figures(after);
  return Object.keys(then).filter((name) => (now[name] ?? -1) < (then[name] ?? 0));
}

function nodeFigures(prefix: string, node: NodeShape): Readonly<Record<string, number>> {
  const { count, cpuMillis, cpuLimitMillis, memoryMib, heapMib, volume } = node;
  return Object.fromEntries(
    Object.entries({ count, cpuMillis, cpuLimitMillis, memoryMib, heapMib, ...volume }).map(([name, value]) => [
      `${prefix}.${name}`,
      value,
    ]),
  );
}

function fractions(node: NodeShape): readonly string[] {
  return Object.entries(nodeFigures('node', node))
    .filter(([, value]) => !Number.isInteger(value))
    .map(([name]) => name);
}

function podsOf(node: NodeShape): string[] {
  return Object.values(node.placement).flatMap(({ pods }) => [...pods]);
}

function movedPods(before: NodeShape, after: NodeShape): readonly string[] {
  return Object.entries(before.placement).flatMap(([zone, { pods }]) => {
    const there = new Set(after.placement[zone]?.pods);
    return pods.filter((pod) => !there.has(pod));
  });
}
