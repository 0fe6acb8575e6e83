import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from '../../../local/faults/fault.ts';
import { activeFaults, forgetFaults, noteFault, strikeFault } from '../../../local/faults/fault-store.ts';

describe('the list of faults', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-faults-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  const slow = (megabitsPerSecond: number): Fault => ({ kind: 'slow-link', zone: 'local-a', megabitsPerSecond });
  const cut: Fault = { kind: 'cut-link', zone: 'local-a' };

  it('is empty where no fault was ever made', async () => {
    expect(await activeFaults({ folder })).toEqual([]);
  });

  it('is read by another process as it was written, and leaves no half file behind', async () => {
    await noteFault({ folder }, slow(5));
    await noteFault({ folder }, cut);
    expect(await activeFaults({ folder })).toEqual([slow(5), cut]);
    expect(await readdir(join(folder, 'run'))).toEqual(['faults']);
  });

  it('holds one fault of a name: the last', async () => {
    await noteFault({ folder }, slow(5));
    await noteFault({ folder }, slow(1));
    expect(await activeFaults({ folder })).toEqual([slow(1)]);
  });

  it('keeps the others when one is struck off', async () => {
    await noteFault({ folder }, slow(5));
    await noteFault({ folder }, cut);
    await strikeFault({ folder }, slow(99));
    expect(await activeFaults({ folder })).toEqual([cut]);
    await forgetFaults({ folder });
    expect(await activeFaults({ folder })).toEqual([]);
  });

  it('keeps what is in the data when the region is taken down', async () => {
    const pod = { namespace: 'psc-demo', name: 'kafka-0' };
    const full: Fault = { kind: 'fill-disk', pod, zone: 'local-a', file: '/volumes/one/.flotilla-fill' };
    for (const fault of [cut, full, slow(1)]) await noteFault({ folder }, fault);
    await forgetFaults({ folder });
    expect(await activeFaults({ folder })).toEqual([full]);
  });

  it.each(['{', '[{"kind":"earthquake"}]', '[{"kind":"cut-link"}]'])('says what to do about %s', async (text) => {
    await mkdir(join(folder, 'run'));
    await writeFile(join(folder, 'run', 'faults'), text);
    await expect(activeFaults({ folder })).rejects.toThrow(/is no list of faults[\s\S]*what to do: delete it/);
  });
});
