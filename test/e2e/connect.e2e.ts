import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { CLIENT_FILES } from '../../cli/local/client-files.ts';
import { clientOptions, type KafkaAccess } from '../../cli/local/kafka-access.ts';
import { type TenantAccess, tenantAccess } from '../../cli/local/tenant-access.ts';
import { createAuthority } from '../support/certificates.ts';
import { type TestRegion, testRegion, UP_MAX_MS } from './region.ts';

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
