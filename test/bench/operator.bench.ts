/**
 * `flotilla bench operator`: what an operator takes that serves 200 PSCs of six brokers, and how long rolls take.
 *
 * The API server, its controllers and the operator are real, nodes and pods are played by kwok and Kafka by models (see
 * test/operators/psc/fleet/fleet.ts). The operator is a process of its own, so that its figures are its own; the clients of
 * Kafka that it would have are not in them. Rolls are simulated, in virtual time.
 */
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { table } from '../../cli/table.ts';
import { type AuditedCall, isWrite } from '../operators/psc/fleet/audit-log.ts';
import { type Fleet, fleetSize, startFleet, unsettled } from '../operators/psc/fleet/fleet.ts';
import { simulateRoll } from './simulated-roll.ts';

/** As many as a data plane is designed for. */
const FLEET_PSCS = fleetSize(200);
/** Goals of issue 6. */
const GOALS = { memoryMib: 300, writesAtRest: 0, readsAtRest: 0, rollShare: 1 / 8, batches: 15 } as const;
const POLL_MS = 250;
/** What the last changes woke is over by then. */
const SETTLE_S = 45;
/** Two passes over each PSC. */
const REST_S = 60;
const LONGEST_S = 1_800;
const SEEDS = [1, 2, 3];
const MIB = 2 ** 20;

interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: number;
}

const figures = [...(await measuredFleet()), ...(await simulatedRolls())];
report(process.argv.includes('--json'));
process.exit(0);

async function measuredFleet(): Promise<readonly Figure[]> {
  const fleet = await startFleet();
  try {
    return [...(await convergence(fleet)), ...(await rest(fleet))];
  } finally {
    await fleet.stop();
  }
}

async function convergence(fleet: Fleet): Promise<readonly Figure[]> {
  const names = Array.from({ length: FLEET_PSCS }, (_, index) => `bench-${index}`);
  const before = await fleet.operator.cost();
  const calls = (await fleet.audit.calls()).length;
  const startMs = performance.now();
  await fleet.create(names);
  const isSettled = (name: string): boolean => unsettled(fleet.pscs.get(name)) === undefined;
  while (!names.every(isSettled)) {
    if (performance.now() - startMs > LONGEST_S * 1000) throw new Error(firstUnsettled(fleet, names));
    await delay(POLL_MS);
  }
  const seconds = (performance.now() - startMs) / 1000;
  const after = await fleet.operator.cost();
  const made = (await fleet.audit.calls()).slice(calls).filter(isNoLease);
  const each = (count: number): number => count / FLEET_PSCS;
  return [
    { what: `time until ${FLEET_PSCS} PSCs are settled`, value: seconds, unit: 's' },
    { what: 'CPU for each PSC', value: each(after.cpuSeconds - before.cpuSeconds) * 1000, unit: 'ms' },
    { what: 'API calls for each PSC', value: each(made.length), unit: 'calls' },
    ...[...countBy(made, ({ verb }) => verb)].map(([verb, count]) => ({
      what: `  of them ${verb}`,
      value: each(count),
      unit: 'calls',
    })),
    { what: '  of them met a conflict', value: each(made.filter(({ code }) => code === 409).length), unit: 'calls' },
    { what: 'memory (RSS), at its highest', value: after.peakRssBytes / MIB, unit: 'MiB', goal: GOALS.memoryMib },
  ];
}

async function rest(fleet: Fleet): Promise<readonly Figure[]> {
  await delay(SETTLE_S * 1000);
  const before = { cost: await fleet.operator.cost(), ...(await passesAtRest(fleet)) };
  const fromMs = Date.now();
  await delay(REST_S * 1000);
  const after = { cost: await fleet.operator.cost(), ...(await passesAtRest(fleet)) };
  const calls = (await fleet.audit.calls()).filter((call) => call.atMs >= fromMs && isNoLease(call));
  const passes = after.count - before.count;
  const writes = calls.filter(isWrite).length;
  return [
    { what: 'memory (RSS) at rest', value: after.cost.rssBytes / MIB, unit: 'MiB', goal: GOALS.memoryMib },
    { what: 'memory (PSS) at rest', value: after.cost.pssBytes / MIB, unit: 'MiB', goal: GOALS.memoryMib },
    { what: `passes in ${REST_S} s at rest`, value: passes, unit: 'passes' },
    { what: '  writes in them', value: writes, unit: 'calls', goal: GOALS.writesAtRest },
    { what: '  reads past the caches in them', value: calls.length - writes, unit: 'calls', goal: GOALS.readsAtRest },
    { what: '  time of each', value: ((after.seconds - before.seconds) / passes) * 1000, unit: 'ms' },
    { what: 'CPU at rest', value: (after.cost.cpuSeconds - before.cost.cpuSeconds) / REST_S, unit: 'cores' },
  ];
}

async function passesAtRest({ operator }: Fleet): Promise<{ readonly count: number; readonly seconds: number }> {
  const of = async (part: string): Promise<number> =>
    await operator.metric(`flotilla_operator_reconcile_seconds_${part}`, 'outcome="at-rest"');
  return { count: await of('count'), seconds: await of('sum') };
}

function firstUnsettled({ pscs, operator }: Fleet, names: readonly string[]): string {
  const left = names.filter((name) => unsettled(pscs.get(name)) !== undefined);
  const [first = ''] = left;
  const lines = operator.lines().slice(-10).join('\n');
  return `${left.length} PSCs are not settled, as ${first}: ${unsettled(pscs.get(first)) ?? ''}\n${lines}`;
}

function isNoLease({ resource }: AuditedCall): boolean {
  return resource !== 'leases';
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

async function simulatedRolls(): Promise<readonly Figure[]> {
  const [one, together, large] = [await rolls(30, 1), await rolls(30, 10), await rolls(150, 10)];
  const violations = [one, together, large].reduce((sum, each) => sum + each.violations, 0);
  return [
    { what: 'roll of 30 brokers, one at a time (virtual)', value: one.seconds, unit: 's' },
    { what: 'roll of 30 brokers, a zone at a time (virtual)', value: together.seconds, unit: 's' },
    { what: '  share of the first', value: together.seconds / one.seconds, unit: '', goal: GOALS.rollShare },
    { what: 'roll of 150 brokers, ten at a time (virtual)', value: large.seconds, unit: 's' },
    { what: '  batches', value: large.batches, unit: 'batches', goal: GOALS.batches },
    { what: 'rules of safety broken in these rolls', value: violations, unit: '', goal: 0 },
  ];
}

/** Mean time, most batches and all violations over some seeds. */
async function rolls(
  brokers: number,
  together: number,
): Promise<Readonly<Record<'seconds' | 'batches' | 'violations', number>>> {
  const results = [];
  for (const seed of SEEDS) results.push(await simulateRoll(brokers, together, seed));
  return {
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0) / results.length,
    batches: Math.max(...results.map(({ batches }) => batches)),
    violations: results.reduce((sum, { violations }) => sum + violations.length, 0),
  };
}

function report(isJson: boolean): void {
  if (isJson) {
    process.stdout.write(
      `${JSON.stringify({ cores: availableParallelism(), pscs: FLEET_PSCS, figures }, undefined, 2)}\n`,
    );
    return;
  }
  const rows = figures.map(({ what, value, unit, goal }) => [
    what,
    `${rounded(value)} ${unit}`.trimEnd(),
    goal === undefined ? '' : `${rounded(goal)} ${unit}`.trimEnd(),
    goal === undefined ? '' : value <= goal ? 'yes' : 'no',
  ]);
  process.stdout.write(`${table(['', 'measured', 'goal', 'met'], rows)}\n`);
}

function rounded(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 1 ? 3 : value < 10 ? 2 : 0);
}
