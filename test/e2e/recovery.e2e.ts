import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  Admin,
  Consumer,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import { clientOptions, type KafkaAccess } from '../../cli/local/kafka-access.ts';
import { tenantAccess } from '../../cli/local/tenant-access.ts';
import { CONTROL_PLANE } from '../../local/kubernetes/region-control-plane.ts';
import { nodeInitPid } from '../../local/nodes/node.ts';
import { daemonPid } from '../../local/processes/daemon.ts';
import { familyOf, processTable } from '../../local/processes/process-table.ts';
import { isWhole, regionStatus } from '../../local/region/region-status.ts';
import { AGENT, FORWARDER } from '../../local/region/start-region.ts';
import { eventually } from '../local/eventually.ts';
import { commandEnv, FLOTILLA } from '../support/run-flotilla.ts';
import { type TestRegion, testRegion, UP_MAX_MS } from './region.ts';

const TENANT = 'demo';
const RECOVERY_MAX_MS = 5 * 60 * 1000;
const RECORDS = 100;

jest.setTimeout(RECOVERY_MAX_MS);

describe('up', () => {
  const topic = `kept-${randomUUID()}`;
  const values = Array.from({ length: RECORDS }, (_, index) => `value ${index}`);
  let region: TestRegion;
  let access: KafkaAccess;
  beforeAll(async () => {
    region = await testRegion();
    ({ access } = await tenantAccess(region.local, TENANT));
    await produce();
  }, UP_MAX_MS);
  afterAll(async () => {
    await withAdmin(async (admin) => admin.deleteTopics({ topics: [topic] }));
  });

  it.each([[['etcd']], [['kube-apiserver']], [['kube-controller-manager', 'kube-scheduler', AGENT, FORWARDER]]])(
    'starts %j again after kill -9',
    async (names) => {
      const pids = await Promise.all(names.map(killed));
      await upMakesWhole();
      for (const [index, name] of names.entries()) {
        expect(await daemonPid(region.local.layout, name)).not.toBe(pids[index]);
      }
      expect(await consume()).toEqual(values);
    },
  );

  it('starts a node again after kill -9 of its first process, with all that ran on it', async () => {
    const node = region.nodeAt(0);
    const before = await nodeInitPid(region.local.layout, node);
    await killed(`node-${node.name}`);
    await upMakesWhole();
    expect(await nodeInitPid(region.local.layout, node)).not.toBe(before);
    expect(await consume()).toEqual(values);
  });

  it('is not needed for what a node starts again by itself: containerd, kubelet, kube-proxy, name server', async () => {
    const node = region.nodeAt(1);
    const programs = [/^containerd --config/, /kubernetes kubelet --/, /kubernetes kube-proxy --/, /coredns -conf/];
    const killedPids = await Promise.all(programs.map(async (program) => await killedOnNode(program)));
    await eventually(
      async () => await Promise.all(programs.map(pidOnNode)),
      (pids) => pids.every((pid, index) => pid !== undefined && pid !== killedPids[index]),
      RECOVERY_MAX_MS,
    );
    await whole();

    async function killedOnNode(program: RegExp): Promise<number> {
      const pid = await pidOnNode(program);
      if (pid === undefined) throw new Error(`no ${String(program)} runs on ${node.name}`);
      process.kill(pid, 'SIGKILL');
      return pid;
    }

    async function pidOnNode(program: RegExp): Promise<number | undefined> {
      const init = await nodeInitPid(region.local.layout, node);
      const family = init === undefined ? [] : familyOf(await processTable(), init);
      return family.map(({ pid }) => pid).find((pid) => program.test(commandLine(pid)));
    }
  });

  it('finishes what an up began that was killed in the middle, and finds the data of before', async () => {
    expect((await region.flotilla('down')).code).toBe(0);
    for (const name of CONTROL_PLANE) expect(await daemonPid(region.local.layout, name)).toBeUndefined();
    await upKilledAt(/nodes/);
    await upMakesWhole();
    expect(await consume()).toEqual(values);
  });

  async function killed(name: string): Promise<number> {
    const pid = await daemonPid(region.local.layout, name);
    if (pid === undefined) throw new Error(`${name} does not run`);
    process.kill(pid, 'SIGKILL');
    await eventually(
      async () => await daemonPid(region.local.layout, name),
      (now) => now === undefined,
      RECOVERY_MAX_MS,
    );
    return pid;
  }

  async function upMakesWhole(): Promise<void> {
    const { code, err } = await region.flotilla('up');
    expect({ code, err }).toMatchObject({ code: 0 });
    await whole();
  }

  /** Pods that were on a lost node come back after `up` has ended. */
  async function whole(): Promise<void> {
    await eventually(async () => await regionStatus(region.local.layout), isWhole, RECOVERY_MAX_MS);
  }

  async function produce(): Promise<void> {
    await withAdmin(async (admin) => admin.createTopics({ topics: [topic], partitions: 1, replicas: 3 }));
    const producer = new Producer({
      ...clientOptions(access, 'recovery'),
      serializers: stringSerializers,
      idempotent: true,
    });
    await producer.send({ acks: -1, messages: values.map((value) => ({ topic, value })) });
    await producer.close();
  }

  /** All records of the topic, in their order. */
  async function consume(): Promise<readonly string[]> {
    const consumer = new Consumer({
      ...clientOptions(access, 'recovery'),
      groupId: `recovery-${randomUUID()}`,
      deserializers: stringDeserializers,
    });
    try {
      const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST });
      const read: string[] = [];
      for await (const { value } of stream) {
        read.push(value);
        if (read.length === RECORDS) break;
      }
      return read;
    } finally {
      await consumer.close(true);
    }
  }

  async function withAdmin(work: (admin: Admin) => Promise<unknown>): Promise<void> {
    const admin = new Admin(clientOptions(access, 'recovery'));
    try {
      await work(admin);
    } finally {
      await admin.close();
    }
  }
});

/** Ends an `up` as soon as it says that it has begun a stage; resolves when it is gone. */
async function upKilledAt(stage: RegExp): Promise<void> {
  const child = spawn(FLOTILLA, ['up'], { env: commandEnv(), stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (_code, signal) => {
      resolve(signal);
    });
  });
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('❯') && stage.test(line)) child.kill('SIGKILL');
  });
  expect(await ended).toBe('SIGKILL');
}

/** Empty for a process that has ended. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
