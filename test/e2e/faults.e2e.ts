import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { runDemo } from '../../cli/local/demo.ts';
import type { KafkaAccess } from '../../cli/local/kafka-access.ts';
import { tenantAccess } from '../../cli/local/tenant-access.ts';
import { activeFaults } from '../../local/faults/fault-store.ts';
import { commandIn } from '../../local/host/command.ts';
import { nodeInitPid } from '../../local/nodes/node.ts';
import { regionStatus } from '../../local/region/region-status.ts';
import { eventually } from '../local/eventually.ts';
import { REGION_LOOPBACK } from '../../local/region/forwarder-addresses.ts';
import { type TestRegion, testRegion, UP_MAX_MS } from './region.ts';
import { startDemo } from './support/demo-run.ts';

const TENANT = 'demo';
const FAULT_MAX_MS = 5 * 60 * 1000;
const KUBELET_PORT = 10_250;
const PROBE_SECONDS = 2;

jest.setTimeout(FAULT_MAX_MS);

describe('faults by name', () => {
  let region: TestRegion;
  let access: KafkaAccess;
  beforeAll(async () => {
    region = await testRegion();
    ({ access } = await tenantAccess(region.local, TENANT));
  }, UP_MAX_MS);
  afterEach(async () => {
    await region.flotilla('fault', 'heal');
  });
  afterAll(async () => {
    await region.flotilla('fault', 'heal');
  });

  it.each(['zone-down', 'crash-node', 'cut-link', 'mute-link', 'deaf-link'])(
    'lose and double nothing of an idempotent producer through %s and back',
    async (fault) => {
      const zone = region.nodeAt(1).zone;
      const demo = startDemo(access);
      await demo.flows();
      expect((await region.flotilla('fault', fault, zone)).out).toMatch(/undo: \.\/flotilla fault/);
      await demo.flows();
      expect((await region.flotilla('fault', 'heal')).code).toBe(0);
      await demo.flows();
      const report = await demo.stop();
      expect(report).toMatchObject({ missing: 0, duplicated: 0 });
      expect(report.acknowledged).toBeGreaterThan(0);
    },
  );

  it('tell a silent zone from one that refuses', async () => {
    const node = region.nodeAt(1);
    expect(await connectFromHub(node.address, KUBELET_PORT)).toBe('connected');
    await region.flotilla('fault', 'cut-link', node.zone);
    expect(await connectFromHub(node.address, KUBELET_PORT)).toBe('silence');
    await region.flotilla('fault', 'heal');
    await region.flotilla('fault', 'crash-node', node.zone);
    expect(await connectFromHub(node.address, KUBELET_PORT)).toBe('refused');
    expect(await nodeInitPid(region.local.layout, node)).toBeUndefined();
    expect((await region.flotilla('fault', 'zone-up', node.zone)).code).toBe(0);
    expect(await connectFromHub(node.address, KUBELET_PORT)).toBe('connected');
  });

  it('are undone although the command that made them was killed in the middle', async () => {
    const { zone } = region.nodeAt(2);
    const command = spawn(join(import.meta.dirname, '../../flotilla'), ['fault', 'zone-down', zone], {
      stdio: 'ignore',
    });
    const { layout } = region.local;
    await eventually(
      () => activeFaults(layout),
      (faults) => faults.length > 0,
      FAULT_MAX_MS,
    );
    command.kill('SIGKILL');
    expect((await region.flotilla('fault', 'heal')).code).toBe(0);
    expect(await nodeInitPid(layout, region.nodeAt(2))).toBeGreaterThan(0);
    expect(await connectFromHub(region.nodeAt(2).address, KUBELET_PORT)).toBe('connected');
  });

  it('kill a pod that Kubernetes starts again, and stop one that goes on where it stood', async () => {
    const pod = `${TENANT}/kafka-2`;
    const restarts = async (): Promise<number> =>
      (await regionStatus(region.local.layout)).kubernetes?.pods.find(
        ({ namespace, name }) => namespace === `psc-${TENANT}` && name === 'kafka-2',
      )?.restarts ?? 0;
    const before = await restarts();
    expect((await region.flotilla('fault', 'kill', pod)).code).toBe(0);
    await eventually(restarts, (count) => count > before, FAULT_MAX_MS);
    expect((await region.flotilla('fault', 'pause', pod)).code).toBe(0);
    expect((await region.flotilla('status')).code).toBe(1);
    expect((await region.flotilla('fault', 'resume', pod)).out).toBe(`undone: pause psc-${TENANT}/kafka-2\n`);
  });

  it('fill a disk to the share that was asked for, and empty it again', async () => {
    const { out } = await region.flotilla('fault', 'fill-disk', `${TENANT}/controller-0`, '90');
    expect(Number(/used now: ([\d.]+) %/.exec(out)?.[1])).toBeCloseTo(90, 0);
    expect((await region.flotilla('fault', 'heal')).code).toBe(0);
    expect((await region.flotilla('fault', 'list')).out).toBe('no faults\n');
  });

  it('take the object store away and bring it back, while Kafka takes new records', async () => {
    expect((await region.flotilla('fault', 'object-store-down')).code).toBe(0);
    const options = { recordsPerSecond: 50, recordBytes: 128, onLine: () => undefined, durationMs: 3_000 };
    expect(await runDemo(access, { ...options, signal: new AbortController().signal })).toMatchObject({ missing: 0 });
    expect((await region.flotilla('fault', 'object-store-up')).code).toBe(0);
  });

  it('bound what a link carries', async () => {
    const node = region.nodeAt(0);
    await region.flotilla('fault', 'slow-link', node.zone, '5');
    expect(await commandIn(node.namespace, 'tc', ['qdisc', 'show', 'dev', 'eth0'])).toMatch(/tbf .*rate 5Mbit/);
    await region.flotilla('fault', 'heal');
    expect(await commandIn(node.namespace, 'tc', ['qdisc', 'show', 'dev', 'eth0'])).not.toMatch(/tbf/);
  });

  /** From the switch, where Kubernetes' control plane is. */
  async function connectFromHub(address: string, port: number): Promise<string> {
    const script = `exec 3<>/dev/tcp/${address}/${port}`;
    const args = [`${PROBE_SECONDS}`, 'bash', '-c', script];
    return await commandIn(region.local.layout.hub.namespace, 'timeout', args).then(
      () => 'connected',
      (error: unknown) => (String(error).includes('refused') ? 'refused' : 'silence'),
    );
  }
});

describe('the door into the region', () => {
  it('is on loopback only, and takes no client that does not speak TLS', async () => {
    const { local } = await testRegion();
    const { files } = await tenantAccess(local, TENANT);
    const port = Number(files.bootstrapServer.split(':')[1]);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, REGION_LOOPBACK, () => socket.write(Buffer.alloc(64)));
      socket.once('data', () => {
        resolve('answered');
      });
      for (const event of ['close', 'error'] as const) {
        socket.once(event, () => {
          resolve('refused');
        });
      }
    });
    expect(answer).toBe('refused');
  });
});
