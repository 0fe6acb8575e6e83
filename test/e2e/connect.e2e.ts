import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { CLIENT_FILES } from '../../cli/local/client-files.ts';
import { clientOptions, type KafkaAccess } from '../../cli/local/kafka-access.ts';
import { type TenantAccess, tenantAccess } from '../../cli/local/tenant-access.ts';
import { createAuthority } from '../support/certificates.ts';
import { type TestRegion, testRegion, UP_MAX_MS } from './region.ts';
import { KEYS, type OutboxEnds, outboxEnds } from './support/outbox.ts';
import { judgeRecords } from './support/outbox-records.ts';

const TEST_MAX_MS = 120_000;

jest.setTimeout(TEST_MAX_MS);

describe('connect', () => {
  let region: TestRegion;
  let tenant: TenantAccess;
  beforeAll(async () => {
    region = await testRegion();
    tenant = await tenantAccess(region.local, 'demo');
  }, UP_MAX_MS);

  const listTopics = async (access: KafkaAccess): Promise<readonly string[]> => {
    const admin = new Admin({ ...clientOptions(access, 'test'), retries: false });
    try {
      return await admin.listTopics();
    } finally {
      await admin.close();
    }
  };

  it('lets a client in with what it wrote down, and keeps that from other users of the machine', async () => {
    await expect(listTopics(tenant.access)).resolves.toBeDefined();
    for (const file of Object.values(CLIENT_FILES)) {
      expect(statSync(join(tenant.files.folder, file)).mode & 0o077).toBe(0);
    }
  });

  it('refuses a wrong password and a wrong authority', async () => {
    const other = await createAuthority('another');
    await expect(listTopics({ ...tenant.access, password: 'wrong' })).rejects.toThrow();
    await expect(listTopics({ ...tenant.access, authority: other.certificate })).rejects.toThrow();
  });

  it("runs a command that knows the region's names, which the machine does not learn", async () => {
    const before = readFileSync('/etc/hosts', 'utf8');
    const [host = ''] = tenant.files.bootstrapServer.split(':');
    const { out, code } = await region.flotilla('connect', 'demo', '--exec', '--', 'getent', 'hosts', host);
    expect(out).toMatch(/^127\.87\.0\.1 /);
    expect(code).toBe(0);
    expect((await region.flotilla('connect', 'demo', '--exec', '--', 'sh', '-c', 'exit 7')).code).toBe(7);
    expect(readFileSync('/etc/hosts', 'utf8')).toBe(before);
  });

  it('shows logs of a broker and says which parts there are', async () => {
    const { out } = await region.flotilla('logs', 'demo/kafka-0', '--lines', '5');
    expect(out.trim().split('\n').length).toBeGreaterThan(0);
    expect((await region.flotilla('logs', 'kafka-0')).err).toMatch(/psc-demo\/kafka-0, psc-mothership\/kafka-0/);
    expect((await region.flotilla('logs')).out).toMatch(/^local-a\/kubelet$/m);
  });
});

const STREAM_MAX_MS = 12 * 60 * 1000;
/** A worker starts within a minute on a busy machine. */
const BACK_MAX_MS = 4 * 60 * 1000;
const FLOWING_MAX_MS = 2 * 60 * 1000;
/** Rows of each key after the loss, before it counts as over: ten seconds. */
const ROWS_AFTER = 100;

describe("Debezium on the control plane's outbox", () => {
  let region: TestRegion;
  beforeAll(async () => {
    region = await testRegion();
  }, UP_MAX_MS);

  /** What fails says what a person would look at first. */
  const withOutbox = async (run: (outbox: OutboxEnds) => Promise<void>): Promise<void> => {
    const outbox = await outboxEnds(region.local);
    try {
      await run(outbox);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${await outbox.story()}`, {
        cause: error,
      });
    } finally {
      await outbox.close();
    }
  };

  it('runs as a PSC, and the status says so', async () => {
    await withOutbox(async ({ psc }) => {
      const { status } = await psc();
      expect(status?.connect?.connectors).toMatchObject([
        { name: 'outbox', state: 'Running', tasks: [{ id: 0, state: 'Running' }] },
      ]);
      expect((await region.flotilla('status')).out).toMatch(/^outbox .*1\/1 ready +outbox Running, 1\/1 tasks run$/m);
    });
  });

  it(
    'brings every row once, and in order for its key, while another worker takes over from a killed one and is taken away then',
    async () => {
      await withOutbox(async (outbox) => {
        const nodes = region.local.layout.nodes.map(({ name }) => name);
        const writer = outbox.write();
        try {
          await outbox.untilRead('key-0', ROWS_AFTER / 2, FLOWING_MAX_MS);
          await outbox.scale(2, BACK_MAX_MS);
          await outbox.untilRunBy('connect-0', FLOWING_MAX_MS);
          // Nobody may come in its place: whoever takes over has not waited for that.
          await outbox.kubectl(['cordon', ...nodes]);
          expect((await region.flotilla('fault', 'kill', 'outbox/connect-0')).code).toBe(0);
          const pod = ['--namespace', 'psc-outbox', 'delete', 'pod', 'connect-0'];
          await outbox.kubectl([...pod, '--force', '--grace-period=0', '--wait=false']);
          await outbox.untilRunBy('connect-1', FLOWING_MAX_MS);
          await outbox.untilRead('key-0', writer.rows() + ROWS_AFTER, BACK_MAX_MS);
          await outbox.kubectl(['uncordon', ...nodes]);
          await outbox.scale(1, BACK_MAX_MS);
          await outbox.untilRunBy('connect-0', BACK_MAX_MS);
          await outbox.untilRead('key-0', writer.rows() + ROWS_AFTER, BACK_MAX_MS);
        } finally {
          await writer.stop();
          await outbox.kubectl(['uncordon', ...nodes]);
          await outbox.scale(1, BACK_MAX_MS);
        }
        const rows = writer.rows();
        await outbox.untilRead(KEYS.at(-1) ?? '', rows - 1, FLOWING_MAX_MS);
        const found = judgeRecords(await outbox.readAll(), KEYS, rows);
        process.stdout.write(
          `task taken over twice: ${found.records} records, longest pause ${JSON.stringify(found.longestPause)}\n`,
        );
        expect(found).toMatchObject({ records: rows * KEYS.length, missing: [], doubled: [], outOfOrder: [] });
      });
    },
    STREAM_MAX_MS,
  );
});
