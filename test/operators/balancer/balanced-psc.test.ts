import { describe, expect, it } from '@jest/globals';
import type { BalanceStatus, MaintenanceSpec } from '../../../contracts/gen/psc-types.ts';
import type {
  ObservedBroker,
  ObservedCluster,
  ObservedPartition,
} from '../../../operators/balancer/execute/observed.ts';
import type { BalanceStep } from '../../../operators/balancer/execute/steps.ts';
import { BalancedPsc, type BalanceResult } from '../../../operators/balancer/service/balanced-psc.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';
import { ConflictError } from '../../../operators/psc/ports.ts';
import { examplePsc } from '../../support/example-psc.ts';

const CAPACITY = { disk: 10_000, nwIn: 10_000, nwOut: 10_000, cpu: 400 };

/** A PSC of six brokers whose Kafka, clock and API server are the test's. */
class Stage {
  nowMs = Date.UTC(2026, 10, 30);
  isLeader = true;
  /** Undefined: Kafka does not answer. */
  holders: readonly (readonly number[])[] | undefined;
  readonly steps: BalanceStep[] = [];
  readonly stored: BalanceStatus[] = [];
  onStore: () => void = () => undefined;
  psc: StoredPsc = {
    ...examplePsc('local', { brokers: 6 }),
    metadata: { name: 'orders', namespace: 'psc-orders', uid: '1', resourceVersion: '1', generation: 1 },
  };
  #balanced: BalancedPsc | undefined;
  #throttle: number | undefined;

  constructor(holders: readonly (readonly number[])[] | undefined) {
    this.holders = holders;
  }

  ask(maintenance: MaintenanceSpec): void {
    this.psc = { ...this.psc, spec: { ...this.psc.spec, maintenance } };
  }

  anotherProcess(): void {
    this.#balanced = undefined;
  }

  async passAfter(seconds: number): Promise<BalanceResult> {
    this.nowMs += seconds * 1000;
    this.#balanced ??= this.#make();
    const { kafka } = this.psc.spec;
    if (kafka === undefined) throw new Error('the example is a Kafka');
    return await this.#balanced.pass(this.psc, kafka, () => this.isLeader);
  }

  #make(): BalancedPsc {
    return new BalancedPsc(this.psc, {
      kafka: {
        look: () =>
          this.holders === undefined ? Promise.reject(new Error('no answer')) : Promise.resolve(this.#seen()),
        carryOut: (step) => {
          this.steps.push(step);
          if (step.kind === 'throttle-brokers') this.#throttle = step.bytesPerSecond;
          return Promise.resolve();
        },
        close: () => undefined,
      },
      store: (_, balance) => {
        this.onStore();
        this.stored.push(balance);
        this.psc = { ...this.psc, status: { ...this.psc.status, balance } };
        return Promise.resolve(this.psc);
      },
      onStep: () => undefined,
      wallMs: () => this.nowMs,
    });
  }

  #seen(): ObservedCluster {
    const { holders = [] } = this;
    const logsOf = (id: number): number => holders.filter((ids) => ids.includes(id)).length;
    return {
      atMs: this.nowMs,
      brokers: [0, 1, 2, 3, 4, 5].map((id): ObservedBroker => {
        const throttle = this.#throttle === undefined ? {} : { throttle: this.#throttle };
        return { id, rack: `r${id % 3}`, capacity: CAPACITY, pressure: 'none', logs: logsOf(id), ...throttle };
      }),
      partitions: holders.map((replicas, partition): ObservedPartition => {
        const loads = { disk: 100, nwIn: 100, nwOut: 300, cpu: 1 };
        const [leader = -1] = replicas;
        return { topic: 't', partition, replicas, adding: [], removing: [], isr: replicas, leader, ...loads };
      }),
      throttledReplicas: new Map(),
    };
  }
}

const turned = (partition: number, ids: readonly number[]): readonly number[] => [
  ...ids.slice(partition % 3),
  ...ids.slice(0, partition % 3),
];
/** Twelve partitions on three brokers, or on all six. */
const onThree = Array.from({ length: 12 }, (_, partition) => turned(partition, [0, 1, 2]));
const onSix = Array.from({ length: 12 }, (_, partition) =>
  turned(partition, partition % 2 === 0 ? [0, 1, 2] : [3, 4, 5]),
);

describe('The balancer of one PSC', () => {
  it('decides nothing by a first look, which shows no rates', async () => {
    const stage = new Stage(onThree);
    expect(await stage.passAfter(0)).toMatchObject({ outcome: 'measuring', lookAgainMs: 10_500 });
    expect([stage.steps, stage.stored]).toEqual([[], []]);
    expect(await stage.passAfter(10.5)).toMatchObject({ outcome: 'moving' });
  });

  it('stores what another balancer has to know before it makes its first call', async () => {
    const stage = new Stage(onThree);
    await stage.passAfter(0);
    stage.onStore = () => {
      expect(stage.steps).toEqual([]);
    };
    await stage.passAfter(11);
    expect(stage.stored[0]).toMatchObject({ state: 'Moving', memory: { underWay: true, newBrokers: [3, 4, 5] } });
    expect(stage.steps.map(({ kind }) => kind)).toContain('reassign');
  });

  it('calls nothing where it could not store that', async () => {
    const stage = new Stage(onThree);
    await stage.passAfter(0);
    stage.onStore = () => {
      throw new ConflictError('somebody was faster');
    };
    await expect(stage.passAfter(11)).rejects.toThrow(ConflictError);
    expect(stage.steps).toEqual([]);
  });

  it('stores figures every ten seconds while it moves, and nothing at rest', async () => {
    const stage = new Stage(onThree);
    await stage.passAfter(0);
    await stage.passAfter(11);
    const count = stage.stored.length;
    await stage.passAfter(3);
    await stage.passAfter(3);
    expect(stage.stored).toHaveLength(count);
    await stage.passAfter(5);
    expect(stage.stored).toHaveLength(count + 1);
    const resting = new Stage(onSix);
    await resting.passAfter(0);
    expect(await resting.passAfter(11)).toMatchObject({ outcome: 'balanced', lookAgainMs: 60_000 });
    await resting.passAfter(60);
    expect(resting.stored).toHaveLength(1);
  });

  it('neither writes nor calls when it leads no longer', async () => {
    const stage = new Stage(onThree);
    await stage.passAfter(0);
    stage.isLeader = false;
    await stage.passAfter(11);
    stage.holders = undefined;
    await stage.passAfter(40);
    await stage.passAfter(40);
    expect([stage.steps, stage.stored]).toEqual([[], []]);
  });

  it('says that Kafka does not answer when that lasts, and goes on where it was', async () => {
    const stage = new Stage(onThree);
    await stage.passAfter(0);
    await stage.passAfter(11);
    stage.holders = undefined;
    expect(await stage.passAfter(10)).toMatchObject({ outcome: 'unreachable', lookAgainMs: 10_000 });
    expect(stage.psc.status?.balance?.state).toBe('Moving');
    await stage.passAfter(31);
    expect(stage.psc.status?.balance).toMatchObject({
      state: 'Blocked',
      reason: 'KafkaUnreachable',
      memory: { underWay: true, newBrokers: [3, 4, 5] },
    });
    stage.holders = onThree;
    expect(await stage.passAfter(10)).toMatchObject({ outcome: 'moving' });
  });

  it('proves by two looks that brokers are empty, and another process by one', async () => {
    const stage = new Stage(onThree);
    stage.ask({ drain: ['kafka-3', 'kafka-4', 'kafka-5'] });
    await stage.passAfter(0);
    expect(await stage.passAfter(11)).toMatchObject({ lookAgainMs: 5_000 });
    expect(stage.psc.status?.balance?.drained).toBeUndefined();
    await stage.passAfter(5);
    const drained = ['kafka-3', 'kafka-4', 'kafka-5'];
    expect(stage.psc.status?.balance?.drained).toEqual(drained);
    stage.anotherProcess();
    await stage.passAfter(5);
    await stage.passAfter(11);
    expect(stage.stored.at(-1)?.drained).toEqual(drained);
    stage.ask({});
    await stage.passAfter(60);
    expect(stage.psc.status?.balance?.drained).toBeUndefined();
  });

  it('calls no broker empty that excluded topics are on, and names them in the status', async () => {
    const stage = new Stage(onSix);
    stage.ask({ drain: ['kafka-3'], excludedTopics: ['t*'] });
    await stage.passAfter(0);
    expect(await stage.passAfter(11)).toMatchObject({ outcome: 'blocked' });
    await stage.passAfter(10);
    await stage.passAfter(10);
    expect(stage.steps).toEqual([]);
    expect(stage.stored).toHaveLength(1);
    expect(stage.stored[0]).toMatchObject({
      state: 'Blocked',
      reason: 'TopicsExcluded',
      message: '6 replicas of excluded topics stay at brokers 3: t',
    });
    expect(stage.stored[0]?.drained).toBeUndefined();
    stage.ask({ drain: ['kafka-3'] });
    expect(await stage.passAfter(10)).toMatchObject({ outcome: 'moving' });
  });

  it('does at once what a person wants to be taken back', async () => {
    const stage = new Stage(onThree);
    stage.ask({ balancing: 'Cancelled' });
    expect(await stage.passAfter(0)).toMatchObject({ outcome: 'paused' });
    expect(stage.stored.at(-1)).toMatchObject({ state: 'Paused', reason: 'Cancelled' });
  });
});
