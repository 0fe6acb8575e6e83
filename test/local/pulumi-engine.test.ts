import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PULUMI_VERSION, pulumiEngine, type PulumiEngine } from '../../local/pulumi/engine.ts';

describe('finding the Pulumi engine', () => {
  let folder: string;
  let told: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-engine-'));
    told = [];
    await mkdir(join(folder, 'bin'));
    await program(
      'go',
      '[ "$1" = version ] && echo go version go1.99.0 linux/amd64 && exit',
      'while [ "$1" != -o ]; do shift; done; echo "$3" > "$2"',
    );
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  test('takes the pulumi of the user when it is new enough', async () => {
    await program('pulumi', 'echo v3.231.4');
    expect(await engine()).toEqual({ source: 'path', command: 'pulumi', version: '3.231.4', installation: {} });
    await program('pulumi', `echo v${PULUMI_VERSION}`);
    expect(await engine()).toMatchObject({ source: 'path', version: PULUMI_VERSION });
  });

  test.each([
    ['is older', 'echo v3.229.9'],
    ['is a pre-release of the version', `echo v${PULUMI_VERSION}-alpha.1`],
    ['has no version', 'echo'],
    ['fails', 'exit 3'],
  ])('builds the pinned one when the pulumi of the user %s', async (_, script) => {
    await program('pulumi', script);
    const { source, version, command, installation } = await engine();
    expect({ source, version }).toEqual({ source: 'built', version: PULUMI_VERSION });
    expect(command).toBe(join(installation.root ?? '', 'bin/pulumi'));
  });

  test('says that the pulumi of the user is too old', async () => {
    await program('pulumi', 'echo v3.9.0');
    await engine();
    expect(told).toEqual([`pulumi 3.9.0 in the PATH is older than ${PULUMI_VERSION}, which is built instead`]);
  });

  test('builds the command line of Pulumi where there is none, once', async () => {
    const first = await engine();
    expect(await readFile(first.command, 'utf8')).toBe('github.com/pulumi/pulumi/pkg/v3/cmd/pulumi\n');
    await program('go', '[ "$1" = version ] && echo go version go1.99.0 linux/amd64 && exit', 'exit 1');
    expect(await engine()).toEqual(first);
  });

  test('pins the version that it is built from', async () => {
    const module = await readFile(join(import.meta.dirname, '../../local/pulumi/go.mod'), 'utf8');
    expect(module).toContain(`github.com/pulumi/pulumi/pkg/v3 v${PULUMI_VERSION} `);
    const { dependencies } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    expect(dependencies['@pulumi/pulumi']).toBe(PULUMI_VERSION);
  });

  test('says what to install when there is neither', async () => {
    await rm(join(folder, 'bin/go'));
    await expect(engine()).rejects.toThrow(
      /Go is not installed[^]*Pulumi engine[^]*what to do: install Pulumi 3[^]*or install Go/,
    );
  });

  async function engine(): Promise<PulumiEngine> {
    return await pulumiEngine({
      cacheRoot: join(folder, 'cache'),
      env: { PATH: join(folder, 'bin') },
      onProgress: (line) => told.push(line),
    });
  }

  async function program(name: string, ...lines: readonly string[]): Promise<void> {
    const file = join(folder, 'bin', name);
    await writeFile(file, ['#!/bin/sh', ...lines].join('\n'));
    await chmod(file, 0o755);
  }
});
