import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { kubernetesBinary } from '../../local/kubernetes/binary.ts';

describe('building the Kubernetes binary', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-go-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  test('says which Go to install when there is none', async () => {
    await expect(binaryWith(join(folder, 'no-go'))).rejects.toThrow(
      /Go is not installed[^]*what to do: install Go 1\.\d+ or newer/,
    );
  });

  test('says which Go to install when the one there is too old', async () => {
    const go = await fakeGo('echo go version go1.19.8 linux/amd64');
    await expect(binaryWith(go)).rejects.toThrow(/Go is too old: go version go1\.19\.8[^]*install Go 1\.\d+ or newer/);
  });

  test('shows what Go says when the build fails, and leaves no entry', async () => {
    const go = await fakeGo(
      '[ "$1" = version ] && echo go version go1.99.0 linux/amd64 && exit',
      'echo no such module >&2; exit 1',
    );
    await expect(binaryWith(go)).rejects.toThrow(/could not build[^]*no such module/);
    const full = await fakeGo(
      '[ "$1" = version ] && echo go version go1.99.0 linux/amd64 && exit',
      'echo write: no space left on device >&2; exit 1',
    );
    await expect(binaryWith(full)).rejects.toThrow(/free about 4 GB of disk/);
  });

  test('builds once for one version of Go and of the sources', async () => {
    const go = await fakeGo(
      `[ "$1" = version ] && echo go version go1.99.0 linux/amd64 && exit`,
      `while [ "$1" != -o ]; do shift; done; echo built >> "${folder}/builds"; echo program > "$2"`,
    );
    const first = await binaryWith(go);
    expect(await binaryWith(go)).toBe(first);
    const newer = await fakeGo(
      `[ "$1" = version ] && echo go version go1.99.1 linux/amd64 && exit`,
      `while [ "$1" != -o ]; do shift; done; echo program > "$2"`,
    );
    expect(await binaryWith(newer)).not.toBe(first);
  });

  async function binaryWith(goCommand: string): Promise<string> {
    return await kubernetesBinary({ cacheRoot: join(folder, 'cache'), env: { PATH: process.env['PATH'] }, goCommand });
  }

  async function fakeGo(...lines: readonly string[]): Promise<string> {
    const file = join(folder, 'go');
    await writeFile(file, ['#!/bin/sh', ...lines].join('\n'));
    await chmod(file, 0o755);
    return file;
  }
});
