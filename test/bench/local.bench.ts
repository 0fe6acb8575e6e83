/**
 * `flotilla bench local`: what a region on this machine takes: time, stage by stage, memory and idle CPU.
 *
 * Brings a region of its own up and down several times, so nothing else may use the machine's region meanwhile. `--cold`
 * also times the first `up` of a machine, with nothing in the cache; what the package managers of Go, Maven and npm keep is
 * not the cache of this project, and is left as it is.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { localRegion } from '../../cli/local/region-folder.ts';
import { table } from '../../cli/table.ts';
import { daemonNames, daemonPid } from '../../local/processes/daemon.ts';
import { familyOf, processTable } from '../../local/processes/process-table.ts';
import { type RegionStatus } from '../../local/region/region-status.ts';
import { type StageTime, stageTimes } from './stage-times.ts';

const PROJECT = join(import.meta.dirname, '../..');
/** Goals of issue 5, on two quiet cores. */
const GOALS = { firstUpMin: 15, laterUpS: 120, memoryGib: { 1: 6, 2: 8 }, idleCores: 0.4 } as const;
/** After the start's own work is done: garbage is collected, topics are made, compilers rest (they take minutes). */
const SETTLE_S = 180;
const IDLE_S = 60;
const GIB = 2 ** 30;
/** Of user space, in which the kernel counts CPU time (USER_HZ). */
const TICKS_PER_SECOND = 100;

interface Run {
  readonly seconds: number;
  readonly stages: readonly StageTime[];
}

interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: number;
}

const root = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', FLOTILLA_STATE: join(root, 'region') };
const figures: Figure[] = [];
/** Ctrl-C takes away the region all the same. */
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stop.abort();
  });
}
try {
  if (process.argv.includes('--cold')) {
    const cold = up({ ...env, XDG_CACHE_HOME: join(root, 'cache') });
    figures.push({ what: 'first up, empty cache', value: cold.seconds / 60, unit: 'min', goal: GOALS.firstUpMin });
    tellStages('first up, empty cache', cold);
    flotilla(env, 'down', '--purge');
  }
  // Fills the cache where a change of the code has emptied it: that is not what the next one is to time.
  up(env);
  flotilla(env, 'down', '--purge');
  const later = up(env);
  figures.push({ what: 'later up, nothing but the cache', value: later.seconds, unit: 's', goal: GOALS.laterUpS });
  tellStages('later up, nothing but the cache', later);
  figures.push(...(await idle(1)));
  figures.push({ what: 'up of a region that is up', value: up(env).seconds, unit: 's' });
  figures.push({ what: 'down', value: timed(() => flotilla(env, 'down')), unit: 's' });
  figures.push({ what: 'up again after down', value: up(env).seconds, unit: 's' });
  flotilla(env, 'down', '--purge');
  const larger = { ...env, FLOTILLA_PROJECT: projectOf(2) };
  up(larger);
  figures.push(...(await idle(2)));
  report();
} finally {
  flotilla(env, 'down', '--purge');
  rmSync(root, { recursive: true });
}

function up(environment: NodeJS.ProcessEnv): Run {
  let out = '';
  const seconds = timed(() => {
    out = flotilla(environment, 'up');
  });
  return { seconds, stages: stageTimes(out) };
}

function flotilla(environment: NodeJS.ProcessEnv, ...args: readonly string[]): string {
  // `down` runs also when all else is over.
  if (args[0] !== 'down') stop.signal.throwIfAborted();
  const { status, stdout, stderr } = spawnSync(join(PROJECT, 'flotilla'), args, {
    env: environment,
    encoding: 'utf8',
    maxBuffer: GIB,
  });
  // `status` has a code of its own for a region with something not ready.
  if (status !== 0 && args[0] !== 'status') throw new Error(`./flotilla ${args.join(' ')} failed:\n${stderr}${stdout}`);
  return stdout;
}

function timed(work: () => unknown): number {
  const startMs = performance.now();
  work();
  return (performance.now() - startMs) / 1000;
}

async function idle(ckus: keyof typeof GOALS.memoryGib): Promise<readonly Figure[]> {
  await delay(SETTLE_S * 1000, undefined, { signal: stop.signal });
  const before = await cpuSeconds();
  await delay(IDLE_S * 1000, undefined, { signal: stop.signal });
  const cores = ((await cpuSeconds()) - before) / IDLE_S;
  const { memoryBytes } = JSON.parse(flotilla(env, 'status', '--json')) as RegionStatus;
  const of = `tenant of ${ckus} CKU${ckus === 1 ? '' : 's'}`;
  return [
    { what: `memory (PSS), ${of}`, value: memoryBytes / GIB, unit: 'GiB', goal: GOALS.memoryGib[ckus] },
    { what: `idle CPU, ${of}`, value: cores, unit: 'cores', ...(ckus === 1 ? { goal: GOALS.idleCores } : {}) },
  ];
}

/** Of all processes of the region, and of those of their children that ended and were waited for. */
async function cpuSeconds(): Promise<number> {
  const { layout } = localRegion(env);
  const processes = await processTable();
  const roots = await Promise.all((await daemonNames(layout)).map(async (name) => await daemonPid(layout, name)));
  const pids = roots.flatMap((pid) => (pid === undefined ? [] : familyOf(processes, pid)));
  return pids.reduce((total, { pid }) => total + ticksOf(pid), 0) / TICKS_PER_SECOND;
}

/** Fields 14 to 17 of proc(5)'s stat, counted after the name, which may hold anything. */
function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((total, ticks) => total + Number(ticks), 0);
  } catch {
    return 0;
  }
}

/** A project whose local tenant has so many CKUs. */
function projectOf(ckus: number): string {
  const folder = join(root, 'project');
  mkdirSync(folder);
  for (const part of ['stacks', 'images', 'policies'])
    cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
  const file = join(folder, 'stacks', 'Pulumi.local.yaml');
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(/(- name: demo\n\s+ckus:) 1\n/, `$1 ${ckus}\n`);
  if (changed === text) throw new Error('the local stack has no tenant demo of one CKU');
  writeFileSync(file, changed);
  return folder;
}

function tellStages(title: string, { stages, seconds }: Run): void {
  if (process.argv.includes('--json')) return;
  const rows = stages.map(({ title: stage, seconds: each }) => [stage, each.toFixed(1)]);
  process.stdout.write(
    `${table([`${title}: stage`, 's'], [...rows, ['all, as a person waits', seconds.toFixed(1)]])}\n\n`,
  );
}

function report(): void {
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ cores: availableParallelism(), figures }, undefined, 2)}\n`);
    return;
  }
  const rows = figures.map(({ what, value, unit, goal }) => [
    what,
    `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`,
    goal === undefined ? '' : `${goal} ${unit}`,
    goal === undefined ? '' : value <= goal ? 'yes' : 'no',
  ]);
  process.stdout.write(`${table(['', 'measured', 'goal', 'met'], rows)}\n`);
}
