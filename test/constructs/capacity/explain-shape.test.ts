import { describe, expect, it } from '@jest/globals';
import type { DerivationStep } from '../../../constructs/capacity/cluster-shape.ts';
import { explainShape } from '../../../constructs/capacity/explain-shape.ts';
import { shapeOf } from '../../../constructs/capacity/shape-of.ts';
import { CLOUDS } from '../../../contracts/cloud.ts';
import { evaluate } from './evaluate.ts';
import { ALL_CKUS, PUBLIC_CLOUDS, request, ZONE_COUNTS } from './requests.ts';

describe.each(CLOUDS)('the derivation on %s', (cloud) => {
  it('evaluates to exactly the results beside its formulas, at every size', () => {
    const wrong: DerivationStep[] = [];
    for (const zoneCount of ZONE_COUNTS) {
      for (const ckus of ALL_CKUS) {
        const { derivation } = shapeOf(request(cloud, ckus, zoneCount, ckus % 2 === 0 ? 'on' : 'off'));
        wrong.push(...derivation.filter(({ formula, result }) => evaluate(formula) !== result));
      }
    }
    expect(wrong).toEqual([]);
  });

  it('ends in the figures of the shape', () => {
    for (const ckus of ALL_CKUS) {
      const shape = shapeOf(request(cloud, ckus));
      const result = (name: string): number | undefined => shape.derivation.find((step) => step.name === name)?.result;
      expect(result('brokers')).toBe(shape.brokers.count);
      expect(result('partitions')).toBe(shape.limits.partitions);
      expect(result('ingress')).toBe(shape.limits.ingressBytesPerSecond / 1e6);
      expect(result('producers, each broker')).toBe(shape.brokerQuotas.producerBytesPerSecond);
      expect(result('connections, each broker')).toBe(shape.brokerQuotas.connections);
    }
  });

  it('marks exactly one dimension as the one that decides, and gives every step a reason', () => {
    for (const ckus of ALL_CKUS) {
      const { derivation } = shapeOf(request(cloud, ckus));
      expect(derivation.filter(({ binding }) => binding === true)).toHaveLength(1);
      expect(derivation.filter(({ reason, section }) => reason === '' || section === undefined)).toEqual([]);
    }
  });
});

describe.each(PUBLIC_CLOUDS)('the derivation of volumes and machines on %s', (cloud) => {
  it('ends in the figures of the shape', () => {
    for (const ckus of ALL_CKUS) {
      const { brokers, derivation } = shapeOf(request(cloud, ckus, 3, 'off'));
      const result = (name: string): number | undefined => derivation.find((step) => step.name === name)?.result;
      expect({
        sizeGib: result('size'),
        iops: result('operations'),
        throughputMibPerSecond: result('throughput'),
        growthLimitGib: result('growth limit'),
      }).toEqual(brokers.volume);
      expect([result('CPU request'), result('CPU limit'), result('memory'), result('heap')]).toEqual([
        brokers.cpuMillis,
        brokers.cpuLimitMillis,
        brokers.memoryMib,
        brokers.heapMib,
      ]);
    }
  });

  it('marks the dimension that asks for the most brokers', () => {
    for (const ckus of ALL_CKUS) {
      const { derivation } = shapeOf(request(cloud, ckus));
      const dimensions = derivation.filter(({ name }) => name.startsWith('brokers for '));
      const most = Math.max(...dimensions.map(({ result }) => result));
      expect(derivation.find(({ binding }) => binding === true)?.result).toBe(most);
    }
  });

  it('names a source for every bound of every dimension', () => {
    const { derivation } = shapeOf(request(cloud, 4));
    const dimensions = derivation.filter(({ name }) => name.startsWith('brokers for '));
    expect(dimensions).toHaveLength(7);
    expect(dimensions.filter(({ source }) => source?.includes('https://') !== true)).toEqual([]);
  });
});

describe('the explanation of 4 CKUs on aws', () => {
  const shape = shapeOf({
    cloud: 'aws',
    ckus: 4,
    zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'],
    infiniteStorage: 'on',
  });
  const lines = explainShape(shape).split('\n');

  it('prints every formula of the derivation on a line with its result and unit', () => {
    for (const { name, formula, unit } of shape.derivation) {
      const line = lines.find((candidate) => candidate.slice(2).startsWith(name) && candidate.endsWith(`= ${formula}`));
      expect(line).toContain(unit);
    }
  });

  it('prints formulas that a reader can evaluate to the printed result', () => {
    const rows = lines.filter((line) => /^[● ] \S.* {2}= /.test(line));
    expect(rows).toHaveLength(shape.derivation.length);
    for (const row of rows) {
      const [left = '', formula = ''] = row.split(/ {2}= /);
      const printed = /([\d,]+(?:\.\d+)?) {2}[^\d]*\S*\s*$/.exec(left)?.[1]?.replaceAll(',', '');
      expect(Math.abs(evaluate(formula) - Number(printed))).toBeLessThanOrEqual(0.0005);
    }
  });

  it('marks the row that decides', () => {
    expect(lines.filter((line) => line.startsWith('●'))).toEqual([expect.stringContaining('brokers for replicas')]);
  });

  it('draws every pod in its zone', () => {
    expect(lines).toContain('   us-west-2b  5 brokers  kafka-1 kafka-4 kafka-7 kafka-10 kafka-13  controller-1');
  });

  it('counts load balancers: one for the data plane against one for each broker and bootstrap', () => {
    const text = lines.join('\n');
    expect(text).toContain('load balancers  1 for the whole data plane');
    expect(text).toContain('15 + 1 = 16');
  });

  it('totals machines and volumes', () => {
    const text = lines.join('\n');
    expect(text).toContain('15 × m7i.4xlarge');
    expect(text).toContain('18 of type gp3: 15 × 1,250 + 3 × 64 = 18,942 GiB');
  });

  it('resolves every mark to a source', () => {
    const text = lines.join('\n');
    const used = new Set([...text.matchAll(/\[(\d+)\]$/gm)].map(([, mark]) => mark));
    const explained = new Set([...text.matchAll(/^ {2}\[(\d+)\] http/gm)].map(([, mark]) => mark));
    expect(explained).toEqual(used);
    expect(used.size).toBeGreaterThan(3);
  });
});

describe('the explanation of a large cluster', () => {
  it('shortens the pods of a zone but counts them', () => {
    const text = explainShape(shapeOf(request('aws', 152)));
    expect(text).toContain('zone-1  49 brokers  kafka-1 kafka-4 kafka-7 kafka-10 kafka-13 … kafka-145  controller-1');
  });
});
