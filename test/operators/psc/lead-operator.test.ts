import { describe, expect, test } from '@jest/globals';
import { loggedPorts } from '../../../operators/psc/logged-ports.ts';
import { passLog } from '../../../operators/psc/pass-log.ts';
import { ConflictError } from '../../../operators/psc/ports.ts';
import type { ReconcileResult } from '../../../operators/psc/reconcile.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { leadWorld } from './lead-world.ts';
import { emptyCluster, runningCluster } from './observed-cluster.ts';

describe('the operator that leads', () => {
  test('passes over every PSC that is there, and again over one that changes', async () => {
    const world = leadWorld(runningCluster(examplePsc('aws')));
    const over = world.lead();
    await world.settled();
    expect(world.ended.map(([psc, { outcome }]) => [psc, outcome])).toEqual([['orders', 'at-rest']]);
    world.change('orders');
    world.passTime(1_000);
    await world.settled();
    expect(world.ended).toHaveLength(2);
    world.stop();
    await over;
    expect(world.isOver()).toBe(true);
  });

  test('looks again at a PSC at rest after a while, and never again at one that is gone', async () => {
    const world = leadWorld(runningCluster(examplePsc('aws')));
    const over = world.lead();
    await world.settled();
    world.passTime(30_000);
    await world.settled();
    expect(world.ended).toHaveLength(2);
    world.remove();
    world.passTime(30_000);
    await world.settled();
    expect(world.ended.at(-1)?.[1].outcome).toBe('gone');
    const count = world.ended.length;
    world.passTime(600_000);
    await world.settled();
    expect(world.ended).toHaveLength(count);
    world.stop();
    await over;
  });

  test('ends after the write that is under way when it is told to stop, and the rest of the pass is not written', async () => {
    const world = leadWorld(emptyCluster(examplePsc('aws')));
    const write = Promise.withResolvers<undefined>();
    world.onWrite(async () => {
      world.stop();
      await write.promise;
    });
    const over = world.lead();
    await world.settled();
    expect(world.isOver()).toBe(false);
    write.resolve(undefined);
    await over;
    expect(world.writes).toHaveLength(1);
  });

  test('takes a conflict for a change that it has not seen yet, and any other error for a failure that is tried again', async () => {
    const world = leadWorld(emptyCluster(examplePsc('aws')));
    world.onWrite(() => Promise.reject(new ConflictError('changed')));
    const over = world.lead();
    await world.settled();
    expect(world.ended.map(([, { outcome }]) => outcome)).toEqual(['conflict']);
    world.onWrite(() => Promise.reject(new Error('the connection broke')));
    world.passTime(1_000);
    await world.settled();
    expect(world.failures).toEqual(['the connection broke']);
    world.onWrite(() => Promise.resolve());
    world.passTime(60_000);
    await world.settled();
    expect(world.ended.at(-1)?.[1].outcome).toBe('acted');
    world.stop();
    await over;
  });
});

describe('the log of the operator', () => {
  test('says of each write what was done, or why it failed, and no value of a setting', async () => {
    const lines: string[] = [];
    const world = leadWorld(runningCluster(examplePsc('aws')));
    const { cluster, kafka } = loggedPorts(world.ports, (line) => lines.push(line));
    const { psc } = runningCluster(examplePsc('aws'));
    const pod = { name: 'kafka-1', uid: 'u', resourceVersion: '1' };
    await cluster.evict(psc, pod);
    world.onWrite(() => Promise.reject(new Error('no')));
    await expect(cluster.deletePod(psc, pod)).rejects.toThrow('no');
    world.onWrite(() => Promise.resolve());
    await kafka.alterClusterSettings(psc, { 'log.retention.ms': '12345' }, ['compression.type']);
    expect(lines).toEqual([
      'orders: evict kafka-1',
      'orders: delete kafka-1: failed: no',
      'orders: set log.retention.ms, take away compression.type',
    ]);
  });

  test('says what is waited for once, however often a pass finds it', () => {
    const lines: string[] = [];
    const log = passLog((line) => lines.push(line));
    const waiting = (message: string): ReconcileResult => ({
      lookAgainMs: 1,
      outcome: 'waiting',
      waits: [{ task: 'resize', reason: 'WaitingForPods', message }],
    });
    log.ended('orders', waiting('two pods'));
    log.ended('orders', waiting('one pod'));
    log.ended('orders', { lookAgainMs: 1, outcome: 'at-rest', waits: [] });
    log.failed('orders', new Error('no'));
    log.failed('orders', new Error('no'));
    expect(lines).toEqual([
      'orders: resize waits (WaitingForPods): two pods',
      'orders: is as it shall be',
      'orders: the pass failed and is tried again: Error: no',
    ]);
  });
});
