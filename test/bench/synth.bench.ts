/**
 * `flotilla bench synth`: what synthesis and policies cost, by number of tenants.
 *
 * Each size runs in a process of its own: figures of CPU (user and system, all threads) and peak memory are the whole process's.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { locatedObjects } from '../../cli/synth/located-objects.ts';
import { stageFolder } from '../../cli/synth/output-folder.ts';
import { judgeOf, today } from '../../cli/synth/policies.ts';
import { loadImageLock } from '../../images/image-lock.ts';
import { toYaml } from '../../stacks/yaml.ts';
import { generateStack } from './generated-stack.ts';
import { table } from '../../cli/table.ts';

const SIZES = [50, 500, 5_000] as const;
const RUNS = 3;
const MS_PER_US = 1 / 1000;

interface Figures {
  readonly tenants: number;
  readonly objects: number;
  readonly megabytes: number;
  /** Start of the process and loading of modules, before the first tenant. */
  readonly startCpuMs: number;
  readonly synthCpuMs: number;
  readonly policyCpuMs: number;
  readonly wallMs: number;
  readonly peakMib: number;
}

const [size, ...flags] = process.argv.slice(2);
if (size === undefined || size.startsWith('--')) report([size, ...flags].includes('--json'));
else process.stdout.write(JSON.stringify(measure(Number(size))));

function report(isJson: boolean): void {
  const results = SIZES.map((tenants) => medianRun(Array.from({ length: RUNS }, () => runOnce(tenants))));
  if (isJson) {
    process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    return;
  }
  const perTenant = (ms: number, { tenants }: Figures): string => (ms / tenants).toFixed(2);
  const rows = results.map((figures) => [
    String(figures.tenants),
    String(figures.objects),
    figures.megabytes.toFixed(1),
    (figures.startCpuMs / 1000).toFixed(2),
    (figures.synthCpuMs / 1000).toFixed(2),
    perTenant(figures.synthCpuMs, figures),
    (figures.policyCpuMs / 1000).toFixed(2),
    perTenant(figures.policyCpuMs, figures),
    (figures.wallMs / 1000).toFixed(2),
    figures.peakMib.toFixed(0),
  ]);
  const header = [
    'tenants',
    'objects',
    'MB',
    'start s',
    'synth s',
    'ms/tenant',
    'policies s',
    'ms/tenant',
    'wall s',
    'peak MiB',
  ];
  process.stdout.write(`${table(header, rows)}\n\n`);
  process.stdout.write(
    `Medians of ${RUNS} runs on ${availableParallelism()} cores, Node ${process.versions.node}. All seconds but "wall" are CPU seconds of all threads; ` +
      `"synth" has rendering, YAML and writing the files.\n`,
  );
}

function runOnce(tenants: number): Figures {
  const child = spawnSync(process.execPath, [import.meta.filename, String(tenants)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.status !== 0) throw new Error(`the run with ${tenants} tenants ended with ${child.status ?? child.signal}`);
  return JSON.parse(child.stdout) as Figures;
}

function medianRun(runs: readonly Figures[]): Figures {
  const sorted = runs.toSorted((a, b) => a.synthCpuMs - b.synthCpuMs);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('no run to take the median of');
  return middle;
}

function measure(tenants: number): Figures {
  const startCpuMs = cpuMs();
  const startMs = performance.now();
  const { config, outputs } = generateStack(tenants);
  const images = loadImageLock(join(import.meta.dirname, '../../images/images.lock.json'), config.region.imageRegistry);
  const region = { config, outputs, images, exemptions: [] };
  const parent = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
  try {
    const folder = stageFolder(join(parent, config.stack), process.pid);
    const judge = judgeOf(region, { today: today() });
    let objects = 0;
    let bytes = 0;
    const synthStartMs = cpuMs();
    let policyCpuMs = 0;
    const located = locatedObjects(region, (file) => {
      const text = toYaml(file.objects);
      bytes += text.length;
      folder.write(file.path, text);
    });
    // One CPU reading per file's worth of objects would hide nothing: policies run between two steps of the generator.
    for (const object of located) {
      const before = process.cpuUsage();
      judge.see(object);
      const used = process.cpuUsage(before);
      policyCpuMs += (used.user + used.system) * MS_PER_US;
      objects += 1;
    }
    folder.commit();
    const beforeReportMs = cpuMs();
    judge.report();
    const reportMs = cpuMs() - beforeReportMs;
    return {
      tenants,
      objects,
      megabytes: bytes / 1e6,
      startCpuMs,
      synthCpuMs: beforeReportMs - synthStartMs - policyCpuMs,
      policyCpuMs: policyCpuMs + reportMs,
      wallMs: performance.now() - startMs,
      peakMib: process.resourceUsage().maxRSS / 1024,
    };
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * MS_PER_US;
}
