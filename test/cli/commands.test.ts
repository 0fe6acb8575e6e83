import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');
const MAIN = join(ROOT, 'cli', 'main.ts');

// Each test starts programs, several some of them, on a machine that may do much else.
jest.setTimeout(120_000);

/** A project of its own, so that tests can break configs; the code is the checkout's. */
describe('the command line', () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'flotilla-cli-'));
    for (const folder of ['stacks', 'images', 'policies']) mkdirSync(join(project, folder));
    for (const file of ['images/images.lock.json', 'policies/exemptions.yaml', 'stacks/outputs']) {
      cpSync(join(ROOT, file), join(project, file), { recursive: true });
    }
    for (const file of readdirSync(join(ROOT, 'stacks')).filter((name) => name.startsWith('Pulumi.'))) {
      cpSync(join(ROOT, 'stacks', file), join(project, 'stacks', file));
    }
  });
  afterEach(() => {
    rmSync(project, { recursive: true, force: true });
  });

  const env = (): NodeJS.ProcessEnv => ({ ...process.env, FLOTILLA_PROJECT: project, NODE_OPTIONS: '', NO_COLOR: '1' });
  const flotilla = (...args: readonly string[]): { code: number | null; out: string; err: string } => {
    const result = spawnSync(NODE, [MAIN, ...args], { cwd: project, env: env(), encoding: 'utf8' });
    return { code: result.status, out: result.stdout, err: result.stderr };
  };
  const breakLocalStack = (): void => {
    const file = join(project, 'stacks', 'Pulumi.local.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/ckus: \d+/, 'ckus: 999'));
  };

  it('writes the manifests of a stack and says where', () => {
    const { code, out } = flotilla('synth', 'local');
    expect(out).toMatch(/^local: \d+ objects in \d+ files ▶ dist\/local\/, policies passed/);
    expect(code).toBe(0);
    expect(readdirSync(join(project, 'dist'))).toEqual(['local']);
  });

  it('ends without a word when its reader has seen enough', async () => {
    const child = spawn(NODE, [MAIN, 'config', 'schema'], { cwd: project, env: env() });
    child.stdout.once('data', () => child.stdout.destroy());
    const err = child.stderr.setEncoding('utf8').toArray();
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expect((await err).join('')).toBe('');
    expect(code).toBe(0);
  });

  it('names every problem of a wrong config and leaves the last good manifests alone', () => {
    flotilla('synth', 'local', '--no-check');
    const before = readdirSync(join(project, 'dist', 'local'), { recursive: true });
    breakLocalStack();
    const { code, err } = flotilla('synth', 'local');
    expect(code).toBe(2);
    expect(err).toMatch(/999/);
    expect(err).toMatch(/what to do:/);
    expect(readdirSync(join(project, 'dist', 'local'), { recursive: true })).toEqual(before);
  });

  it('refuses manifests that break a policy, and writes them when asked not to judge', () => {
    writeFileSync(join(project, 'policies', 'exemptions.yaml'), EXPIRED_EXEMPTION);
    const refused = flotilla('synth', 'local');
    expect(refused.out).toMatch(/refused by the policies/);
    expect(refused.code).toBe(1);
    expect(existsSync(join(project, 'dist', 'local'))).toBe(false);
    expect(flotilla('synth', 'local', '--no-check').code).toBe(0);
    expect(existsSync(join(project, 'dist', 'local'))).toBe(true);
  });

  it('says what to do about a folder that it may not write', () => {
    // Root may write anywhere, so a file in the way stands for every folder that cannot be made.
    writeFileSync(join(project, 'dist'), '');
    chmodSync(join(project, 'dist'), 0o400);
    const { code, err } = flotilla('synth', 'local');
    expect(code).toBe(3);
    expect(err).toMatch(/cannot be written/);
    expect(err).toMatch(/--out/);
  });

  it('leaves the last good manifests and no scrap when it is interrupted', async () => {
    flotilla('synth', '--all', '--no-check');
    const good = readFileSync(join(project, 'dist', 'local', 'marker'), { flag: 'a+', encoding: 'utf8' });
    const child = spawn(NODE, [MAIN, 'synth', '--all'], { cwd: project, env: env(), stdio: 'ignore' });
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const partial = (): boolean => readdirSync(join(project, 'dist')).some((name) => name.endsWith('.partial'));
    while (!partial() && child.exitCode === null) await new Promise((resolve) => setImmediate(resolve));
    child.kill('SIGINT');
    expect(await exited).toBe(130);
    expect(partial()).toBe(false);
    expect(readFileSync(join(project, 'dist', 'local', 'marker'), 'utf8')).toBe(good);
  });

  it.each([
    { args: ['synth'], code: 2, says: /no stack was named[\s\S]*aws-us-west-2/ },
    { args: ['synth', 'lcoal'], code: 2, says: /lcoal[\s\S]*local/ },
    { args: ['synth', 'local', '--all'], code: 2, says: /both --all and names/ },
    { args: ['chekc'], code: 2, says: /check/ },
    { args: ['check', 'local', '--format', 'xml'], code: 2, says: /text, json, sarif/ },
    { args: ['bench', 'nothing'], code: 2, says: /choose one of: .*synth/ },
    { args: ['completion', 'tcsh'], code: 2, says: /bash, zsh, fish/ },
    { args: ['test', '--only', 'nothing'], code: 2, says: /choose from: lint/ },
  ])('answers "$args" with what to do', ({ args, code, says }) => {
    const result = flotilla(...args);
    expect(result.err).toMatch(says);
    expect(result.code).toBe(code);
  });

  it('reports findings in a form that machines read', () => {
    const json = JSON.parse(flotilla('check', 'local', '--format', 'json').out) as Record<string, unknown>;
    expect(Object.keys(json)).toEqual(['local']);
    const sarif = JSON.parse(flotilla('check', '--all', '--format', 'sarif').out) as {
      version: string;
      runs: unknown[];
    };
    expect(sarif.version).toBe('2.1.0');
    expect(sarif.runs.length).toBeGreaterThan(0);
  });

  it.each(['bash', 'zsh', 'fish'])('completes commands and stacks in %s', (shell) => {
    const { out, code } = flotilla('completion', shell);
    expect(code).toBe(0);
    expect(out).toContain('synth');
    expect(out).toMatch(/-l format|--format/);
    expect(out).toContain('Pulumi');
  });

  it('shows examples in the help of every command', () => {
    const { out } = flotilla('--help');
    const commands = [...out.matchAll(/^ {2}([a-z]+)[ [|]/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'help');
    expect(commands).toContain('apply');
    for (const command of commands) expect(flotilla(command ?? '', '--help').out).toMatch(/Examples?:/);
  });
});

const EXPIRED_EXEMPTION = `exemptions:
  - rule: pod-host-ports
    object: { kind: Deployment, namespace: flotilla-system, name: operator }
    owner: platform@example.com
    reason: A trial that has ended.
    expires: 2026-01-31
`;
