import type { ClusterShape } from './generate.ts';
import type { Judged } from './judge.ts';

/** What Cruise Control takes and reaches, as published with the common input. */
export interface Rival {
  readonly cpuMs: number;
  readonly movedPercent: number;
  readonly cv: Readonly<Partial<Record<Judged, number>>>;
}

/** A generated cluster with a name. */
export interface NamedShape {
  readonly name: string;
  readonly shape: ClusterShape;
  readonly rival?: Rival;
}

export const SHAPES: readonly NamedShape[] = [
  {
    name: '6 9 1000',
    shape: { old: 6, brokers: 9, partitions: 1_000 },
    rival: {
      cpuMs: 370,
      movedPercent: 31.6,
      cv: { disk: 0.039, nwIn: 0.06, nwOut: 0.102, cpu: 0.079, replicas: 0.058, leaders: 0.072 },
    },
  },
  {
    name: '100 120 50000',
    shape: { old: 100, brokers: 120, partitions: 50_000 },
    rival: {
      cpuMs: 18_500,
      movedPercent: 16,
      cv: { disk: 0.023, nwIn: 0.038, nwOut: 0.069, cpu: 0.054, replicas: 0.012, leaders: 0.037 },
    },
  },
  {
    name: '9 9 1000 --newstate alive --skew 1',
    shape: { old: 9, brokers: 9, partitions: 1_000, newState: 'alive', skew: 1 },
  },
  { name: '9 9 1000 --dead 1', shape: { old: 9, brokers: 9, partitions: 1_000, dead: 1 } },
  { name: '6 9 1000 --dead 2', shape: { old: 6, brokers: 9, partitions: 1_000, dead: 2 } },
  { name: '30 30 9000 --skew 2 --dead 2', shape: { old: 30, brokers: 30, partitions: 9_000, skew: 2, dead: 2 } },
  { name: '48 60 20000 --newstate alive', shape: { old: 48, brokers: 60, partitions: 20_000, newState: 'alive' } },
  { name: '60 60 20000', shape: { old: 60, brokers: 60, partitions: 20_000 } },
];

/** 1.3 million replicas, of a size for which Cruise Control was published to take 13.5 to 17 minutes. */
export const LARGE: NamedShape = { name: '250 300 433334', shape: { old: 250, brokers: 300, partitions: 433_334 } };
