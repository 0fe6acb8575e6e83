import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';

const PROJECT = join(import.meta.dirname, '..', '..');
const COPIED = [
  ...['cli', 'constructs', 'contracts', 'control-plane', 'images', 'local', 'policies', 'stacks'],
  'package.json',
];
const STACK_FILE = join('stacks', 'Pulumi.local.yaml');
const COMMAND_TIMEOUT_MS = 60_000;

interface Tenant {
  readonly name: string;
  readonly ckus: number;
}

interface Report {
  readonly summary: Readonly<Record<string, number>>;
  readonly changes: readonly {
    readonly tenant?: string;
    readonly change: string;
    readonly ref: { readonly kind: string; readonly name: string };
  }[];
}

/** On a copy of the project with a history of its own, so that commits and edits are real. */
describe('flotilla diff', () => {
  let project: string;
  let committed: string;

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'flotilla-diff-project-'));
    for (const name of COPIED) cpSync(join(PROJECT, name), join(project, name), { recursive: true });
    symlinkSync(join(PROJECT, 'node_modules'), join(project, 'node_modules'));
    git('init', '--quiet');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'first');
    committed = readFileSync(join(project, STACK_FILE), 'utf8');
  }, COMMAND_TIMEOUT_MS);

  afterAll(() => {
    rmSync(project, { recursive: true });
  });

  beforeEach(() => {
    writeFileSync(join(project, STACK_FILE), committed);
  });

  test(
    'finds nothing when nothing was edited',
    () => {
      expect(flotilla('diff', 'local', '--exit-code')).toEqual({ code: 0, stdout: 'no differences\n', stderr: '' });
    },
    COMMAND_TIMEOUT_MS,
  );

  test(
    'shows what one more CKU of a tenant changes, and nothing of other tenants',
    () => {
      growFirstTenant();
      const { code, stdout } = flotilla('diff', 'local', '--exit-code');
      expect(code).toBe(1);
      expect(stdout).toMatch(/~ PhysicalStatefulCluster psc-\S+\n(?: {6}.*\n)* {6}spec\.kafka\.ckus \d+ ▶ \d+/);
      expect(stdout).toMatch(/~ StatefulSet psc-\S+ \(made by the operator\)[^\n]*\d+ ▶ \d+ pods/);
      expect(tenantsOf(json('diff', 'local', '--format', 'json'))).toHaveLength(1);
    },
    COMMAND_TIMEOUT_MS,
  );

  test(
    'says that data goes when a tenant is taken out',
    () => {
      editTenants(([, ...others]) => others);
      const { summary, changes } = json('diff', 'local', '--format', 'json');
      const removed = changes.filter(({ change }) => change === 'removed').map(({ ref }) => ref.kind);
      expect(removed).toEqual(
        expect.arrayContaining(['PhysicalStatefulCluster', 'Namespace', 'PersistentVolumeClaim']),
      );
      expect(summary['dataDeletions']).toBeGreaterThan(2);
    },
    COMMAND_TIMEOUT_MS,
  );

  test(
    'compares with a folder that synth wrote',
    () => {
      const folder = join(project, 'earlier');
      expect(flotilla('synth', 'local', '--no-check', '--out', folder).code).toBe(0);
      expect(flotilla('diff', 'local', '--against', folder).stdout).toBe('no differences\n');
      growFirstTenant();
      expect(flotilla('diff', 'local', '--against', folder).stdout).toMatch(/spec\.kafka\.ckus \d+ ▶ \d+/);
    },
    COMMAND_TIMEOUT_MS,
  );

  test(
    'shows a stack that the commit does not have as all new',
    () => {
      git('rm', '--quiet', '--cached', STACK_FILE);
      git('commit', '--quiet', '--message', 'without the local stack');
      const { stdout, stderr } = flotilla('diff', 'local', '--format', 'json');
      git('reset', '--quiet', '--hard', 'HEAD~1');
      const { summary } = JSON.parse(stdout) as Report;
      expect(summary).toMatchObject({ changed: 0, removed: 0 });
      expect(summary['added']).toBeGreaterThan(100);
      expect(stderr).toContain('has no stack local: everything is new');
    },
    COMMAND_TIMEOUT_MS,
  );

  test(
    'says what to do about a ref that is none and a folder without manifests',
    () => {
      const unknown = flotilla('diff', 'local', '--against', 'no-such-ref');
      expect(unknown.code).toBe(2);
      expect(unknown.stderr).toContain('"no-such-ref" is neither a folder nor a commit');
      const empty = flotilla('diff', 'local', '--against', join(project, 'stacks'));
      expect(empty.code).toBe(2);
      expect(empty.stderr).toContain('give --against a folder that ./flotilla synth wrote');
    },
    COMMAND_TIMEOUT_MS,
  );

  function growFirstTenant(): void {
    editTenants(([first, ...others]) => (first === undefined ? [] : [{ ...first, ckus: first.ckus + 1 }, ...others]));
  }

  function editTenants(change: (tenants: readonly Tenant[]) => readonly Tenant[]): void {
    const file = parse(committed) as { readonly config: Record<string, unknown> };
    const tenants = file.config['flotilla:tenants'] as readonly Tenant[];
    expect(tenants.length).toBeGreaterThan(0);
    file.config['flotilla:tenants'] = change(tenants);
    writeFileSync(join(project, STACK_FILE), stringify(file));
  }

  function json(...args: readonly string[]): Report {
    return JSON.parse(flotilla(...args).stdout) as Report;
  }

  function flotilla(...args: readonly string[]): {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
  } {
    const env = { PATH: process.env['PATH'] };
    const main = join(project, 'cli', 'main.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { env, encoding: 'utf8' });
    return { code: status ?? -1, stdout, stderr };
  }

  function git(...args: readonly string[]): void {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
    execFileSync('git', ['-C', project, ...identity, ...args]);
  }
});

function tenantsOf({ changes }: Report): readonly string[] {
  return [...new Set(changes.flatMap(({ tenant }) => (tenant === undefined ? [] : [tenant])))];
}
