import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStage } from '../../cli/test/run-stage.ts';
import type { Stage } from '../../cli/test/stages.ts';
import { inShell } from '../e2e/support/shell.ts';
import { eventually } from '../local/eventually.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-stage-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('a stage of the tests', () => {
  const stage = (script: string, more: Partial<Stage> = {}): Stage => ({
    name: 'example',
    title: 'An example',
    command: ['bash', '-c', script],
    share: 'parallel',
    count: 'one',
    ...more,
  });
  const options = (signal = new AbortController().signal) => ({
    reportDir: folder,
    env: process.env,
    onOutput: () => undefined,
    extraArgs: [],
    signal,
  });

  it.each([
    ['exit 0', { passed: 1, failed: 0 }],
    ['exit 3', { passed: 0, failed: 1 }],
    ['kill -9 $$', { passed: 0, failed: 1 }],
  ])('counts as one check: %s', async (script, counts) => {
    expect(await runStage(stage(script), options())).toMatchObject(counts);
  });

  it('runs in its own environment over that of the whole', async () => {
    const { output } = await runStage(stage('echo $FLOTILLA_EXAMPLE', { env: { FLOTILLA_EXAMPLE: 'own' } }), options());
    expect(output).toBe('own\n');
  });

  it('ends with all that it started when it is interrupted, and takes away what is left', async () => {
    const stop = new AbortController();
    const file = join(folder, 'left');
    const script = `sleep 1000 & echo $! > ${file}; echo begun; wait`;
    const began = stage(script, { afterInterrupt: ['bash', '-c', `echo taken away >> ${file}`] });
    const result = await runStage(began, {
      ...options(stop.signal),
      onOutput: (line) => {
        if (line === 'begun') stop.abort();
      },
    });
    expect(result).toMatchObject({ passed: 0, failed: 1 });
    const [pid = '', after] = (await readFile(file, 'utf8')).split('\n');
    expect(after).toBe('taken away');
    // Whoever inherits what has ended takes a moment to notice.
    await eventually(
      () => Promise.resolve(isThere(Number(pid))),
      (there) => !there,
      10_000,
    );
  });
});

describe('flotilla test', () => {
  it('waits for its stages when it is interrupted, and counts what was not ended as failed', async () => {
    const { code, out } = await inShell('./flotilla test --only types', {
      isEnough: (soFar) => soFar.includes('Types (TypeScript)'),
      timeoutMs: 60_000,
    });
    expect(out).toMatch(/\n0 passed, 1 failed\n$/);
    expect(code).toBe(1);
  });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
