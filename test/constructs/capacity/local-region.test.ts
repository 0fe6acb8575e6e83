import { describe, expect, it } from '@jest/globals';
import { LOCAL_MEMORY_MIB, LOCAL_PLATFORM_MEMORY_MIB } from '../../../constructs/capacity/catalogue/local.ts';
import type { ClusterShape } from '../../../constructs/capacity/cluster-shape.ts';
import { shapeOf } from '../../../constructs/capacity/shape-of.ts';
import { knownZones } from '../../../constructs/capacity/zones.ts';

const zones = knownZones('local', 'local') ?? [];
const mothership = shapeOf({ cloud: 'local', ckus: 1, zones, infiniteStorage: 'off' });
const tenant = shapeOf({ cloud: 'local', ckus: 2, zones, infiniteStorage: 'on' });

/** Resident set of a broker in use with a heap of 256 MiB, as measured on the machine that this was made on. */
const MEASURED_BROKER_MIB = 300;

describe('the local region', () => {
  it('has one broker in each zone for each CKU, and three controllers a cluster', () => {
    expect([mothership.brokers.count, mothership.controllers.count]).toEqual([3, 3]);
    expect([tenant.brokers.count, tenant.controllers.count]).toEqual([6, 3]);
    expect(tenant.brokers.placement).toEqual({
      'local-a': { pods: ['kafka-0', 'kafka-3'] },
      'local-b': { pods: ['kafka-1', 'kafka-4'] },
      'local-c': { pods: ['kafka-2', 'kafka-5'] },
    });
  });

  it('fits mothership and a tenant of 2 CKUs beside the platform into 8 GiB', () => {
    expect(LOCAL_MEMORY_MIB).toBe(8192);
    expect(memoryOf(mothership) + memoryOf(tenant)).toBeLessThanOrEqual(LOCAL_MEMORY_MIB - LOCAL_PLATFORM_MEMORY_MIB);
  });

  it('leaves a broker half as much again as it was measured to take', () => {
    expect(tenant.brokers.heapMib).toBe(256);
    expect(tenant.brokers.memoryMib).toBeGreaterThanOrEqual(1.5 * MEASURED_BROKER_MIB);
  });

  it('asks for little CPU, and takes no more than the machine has where nobody else wants it', () => {
    for (const node of [tenant.brokers, tenant.controllers]) {
      expect(node.cpuMillis).toBeGreaterThanOrEqual(50);
      expect(node.cpuMillis).toBeLessThanOrEqual(100);
      expect(node.cpuLimitMillis).toBeGreaterThanOrEqual(1000);
      expect(node.cpuLimitMillis).toBeLessThanOrEqual(2000);
    }
  });

  it('has volumes of a few GiB without provisioned performance', () => {
    for (const node of [tenant.brokers, tenant.controllers]) {
      expect(node.volume.growthLimitGib).toBeLessThanOrEqual(4);
      expect(node.volume).toMatchObject({ iops: 0, throughputMibPerSecond: 0 });
    }
  });

  it('has far lower limits than a cloud', () => {
    const cloud = shapeOf({ cloud: 'aws', ckus: 2, zones, infiniteStorage: 'on' });
    for (const [name, limit] of Object.entries(tenant.limits)) {
      expect(limit).toBeLessThan(cloud.limits[name as keyof typeof cloud.limits] / 8);
    }
  });
});

function memoryOf({ brokers, controllers }: ClusterShape): number {
  return brokers.count * brokers.memoryMib + controllers.count * controllers.memoryMib;
}
