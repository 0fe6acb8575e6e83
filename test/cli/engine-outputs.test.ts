import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { engineOutputs, type OutputsSource } from '../../cli/outputs/engine-outputs.ts';

describe("a stack's own outputs, where there may be none to ask", () => {
  let folder: string;
  let said: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-outputs-'));
    await mkdir(join(folder, 'bin'));
    said = [];
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('are the stand-in files where Pulumi is logged in nowhere, without a Pulumi being started', async () => {
    await pulumi('exit 1');
    expect(await ask('auto')).toEqual(new Map());
    expect(said).toEqual(['outputs: from stacks/outputs (Pulumi is logged in nowhere)']);
  });

  test('are the stand-in files where there is a backend and no Pulumi, which is said', async () => {
    expect(await ask('auto', { PULUMI_BACKEND_URL: 'file:///nowhere' })).toEqual(new Map());
    expect(said).toEqual(['outputs: from stacks/outputs (there is no Pulumi to ask its backend)']);
  });

  test('are asked for after a login, by what it wrote', async () => {
    await pulumi(`echo '{"cloud": "aws"}'`);
    await mkdir(join(folder, '.pulumi'));
    await writeFile(join(folder, '.pulumi', 'credentials.json'), '{ "current": "s3://state" }');
    expect(await ask('auto')).toEqual(new Map([['aws-us-west-2', '{"cloud": "aws"}\n']]));
    expect(said).toEqual(["outputs: the stack's own for aws-us-west-2"]);
  });

  test('are the stand-in file of a stack that the backend does not know', async () => {
    await pulumi(`echo "error: no stack named 'aws-us-west-2' found" >&2; exit 1`);
    expect(await ask('auto', { PULUMI_BACKEND_URL: 's3://state' })).toEqual(new Map());
    expect(said).toEqual(['outputs: from stacks/outputs for aws-us-west-2 (not up yet)']);
  });

  test('are an error where the backend cannot be read, never quietly the stand-in file', async () => {
    await pulumi('echo "error: incorrect passphrase" >&2; exit 1');
    await expect(ask('auto', { PULUMI_BACKEND_URL: 's3://state' })).rejects.toMatchObject({
      message: expect.stringContaining('incorrect passphrase'),
      hint: expect.stringMatching(/PULUMI_CONFIG_PASSPHRASE[^]*--outputs file/),
    });
  });

  test('are an error where they alone are asked for and nobody has them', async () => {
    await expect(ask('pulumi')).rejects.toThrow(/cannot be read: Pulumi is logged in nowhere/);
  });

  async function ask(source: OutputsSource, env: NodeJS.ProcessEnv = {}): Promise<ReadonlyMap<string, string>> {
    const own = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
    return await engineOutputs(['aws-us-west-2'], source, { env: { ...own, ...env }, say: (line) => said.push(line) });
  }

  /** A pulumi that is new enough and answers everything but its version with a script. */
  async function pulumi(script: string): Promise<void> {
    const text = `#!/bin/sh\n[ "$1" = version ] && echo v3.230.0 && exit\n${script}\n`;
    await writeFile(join(folder, 'bin', 'pulumi'), text, { mode: 0o755 });
  }
});
