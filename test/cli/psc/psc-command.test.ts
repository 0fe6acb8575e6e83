import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { runFlotilla } from '../../support/run-flotilla.ts';

/** Each test starts the command, which a loaded machine takes its time for. */
jest.setTimeout(60_000);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-psc-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('flotilla psc', () => {
  test('says what it can do, with examples', async () => {
    const { code, out } = await runFlotilla(['psc', '--help']);
    expect(code).toBe(0);
    for (const command of ['get', 'watch', 'explain', 'rotate', 'bundle'])
      expect(out).toMatch(new RegExp(`psc ${command}`));
  });

  test.each<[string, readonly string[], RegExp]>([
    ['explain of nothing', ['explain'], /no PSC was named/],
    ['explain of two things', ['explain', 'demo', '--file', 'x.yaml'], /both a name and --file/],
    ['a rotation of what nobody has', ['rotate', 'demo', 'disks'], /no disks to rotate/],
    ['a dry run of what never changes anything', ['explain', 'demo', '--dry-run'], /--dry-run without --file/],
  ])('refuses %s as a wrong use', async (_, args, says) => {
    const { code, err } = await runFlotilla(['psc', ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(says);
    expect(err).toMatch(/what to do:/);
  });
});

describe('flotilla serve operator', () => {
  const pod = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' };

  test('says that it runs in pods where it is none', async () => {
    const { code, err } = await runFlotilla(['serve', 'operator', '--data-plane=x', '--dns-zone=example.test'], {
      KUBERNETES_SERVICE_HOST: undefined,
    });
    expect(code).toBe(3);
    expect(err).toMatch(/\.\/flotilla up/);
  });

  test('names everything that is wrong with the file of its data plane', async () => {
    const file = join(folder, 'data-plane.json');
    await writeFile(file, '{"cloud":"moon"}');
    const { code, err } = await runFlotilla(['serve', 'operator', `--data-plane=${file}`, '--dns-zone=a.test'], pod);
    expect(code).toBe(2);
    expect(err).toMatch(/cloud is "moon"; wanted: one of aws, gcp, azure, local/);
    expect(err).toMatch(/zones is absent/);
  });

  test('says which file of its pod is missing', async () => {
    const missing = join(folder, 'missing.json');
    const { code, err } = await runFlotilla(['serve', 'operator', `--data-plane=${missing}`, '--dns-zone=a.test'], pod);
    expect(code).toBe(3);
    expect(err).toMatch(/the operator cannot serve: .*missing\.json/);
  });
});

describe('flotilla serve balancer', () => {
  test('says that it runs in pods where it is none', async () => {
    const { code, err } = await runFlotilla(['serve', 'balancer'], { KUBERNETES_SERVICE_HOST: undefined });
    expect(code).toBe(3);
    expect(err).toMatch(/\.\/flotilla up/);
  });

  test.each(['0', 'soon'])('refuses to give brokers up after %s minutes', async (minutes) => {
    const { code, err } = await runFlotilla(['serve', 'balancer', '--dead-after', minutes]);
    expect(code).toBe(2);
    expect(err).toMatch(/a number of minutes, at least 1/);
  });
});
