import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { explanationText, planText, statusText } from '../balance/balance-text.ts';
import { loadsBeforeAndAfter } from '../balance/broker-loads.ts';
import { drainOutcome } from '../balance/drain-outcome.ts';
import { checkExcludedTopics } from '../balance/excluded-topics.ts';
import { lookAtBalance } from '../balance/look.ts';
import { changeMaintenance, withNames } from '../balance/maintenance.ts';
import { planSvg } from '../balance/plan-svg.ts';
import { forCluster } from '../psc/for-cluster.ts';
import { pollUntil } from '../psc/poll.ts';
import { allPscs, type ClusterChoice, onePsc, type PscCluster, withPscCluster } from '../psc/psc-cluster.ts';
import { UserError } from '../user-error.ts';

interface BalanceOptions extends ClusterChoice {
  readonly json?: true;
}

interface PlanOptions extends BalanceOptions {
  readonly all?: true;
  readonly svg?: string;
}

interface PauseOptions extends BalanceOptions {
  readonly cancel?: true;
}

interface DrainOptions extends BalanceOptions {
  readonly undo?: true;
  readonly wait?: true;
}

interface ExcludeOptions extends BalanceOptions {
  readonly undo?: true;
}

/** `flotilla balance`: what the balancer does with the data of a cluster, and what a person can ask of it. */
export function addBalanceCommand(program: Command): void {
  const balance = program
    .command('balance')
    .description('show how the data of a Kafka cluster is balanced, pause that, empty brokers, and leave topics alone')
    .addHelpText('after', EXAMPLES);
  forCluster(balance.command('status').description('show the state and the progress of all clusters, or of one'))
    .argument('[cluster]')
    .action(on(status));
  forCluster(balance.command('plan').description('show what would be moved from here, and how brokers look then'))
    .argument('<cluster>')
    .option('--all', 'list every move')
    .option('--svg <file>', 'also draw the brokers before and after')
    .action(on(plan));
  forCluster(balance.command('explain').description("show the balancer's next pass, and what it waits for"))
    .argument('<cluster>')
    .action(on(explain));
  forCluster(balance.command('pause').description('begin no move any more; what runs ends'))
    .argument('<cluster>')
    .option('--cancel', 'also take back what runs')
    .action(on(pause));
  forCluster(balance.command('resume').description('balance on')).argument('<cluster>').action(on(resume));
  forCluster(balance.command('drain').description('empty brokers of replicas and leaders, and prove it'))
    .argument('<cluster>')
    .argument('<brokers...>', 'pods, as in kafka-3, or ids')
    .option('--undo', 'let them carry data again')
    .option('--wait', 'until they are proven to be empty')
    .action(async (name: string, brokers: readonly string[], options: DrainOptions) => {
      await withPscCluster(process.env, options, async (cluster) => {
        await drain(cluster, name, brokers, options);
      });
    });
  forCluster(balance.command('exclude').description('leave topics where they are, also on brokers that are drained'))
    .argument('<cluster>')
    .argument('<topics...>', "names, or the beginning of names as in 'metrics-*'")
    .option('--undo', 'let the balancer move them again')
    .action(async (name: string, topics: readonly string[], options: ExcludeOptions) => {
      checkExcludedTopics(topics);
      await withPscCluster(process.env, options, async (cluster) => {
        await exclude(cluster, name, topics, options);
      });
    });
}

const EXAMPLES = `
Looks at the region on this machine, or with --kubeconfig or --context at any Kubernetes cluster of the platform.

Examples:
  $ sudo ./flotilla balance status
  $ sudo ./flotilla balance plan demo --svg plan.svg
  $ sudo ./flotilla balance explain demo
  $ sudo ./flotilla balance pause demo --cancel
  $ sudo ./flotilla balance drain demo kafka-3 kafka-4 kafka-5 --wait
  $ sudo ./flotilla balance exclude demo audit 'metrics-*'`;

/** An action with the chosen cluster at hand. */
function on<N extends string | undefined, O extends ClusterChoice>(
  act: (cluster: PscCluster, name: N, options: O) => Promise<void>,
): (name: N, options: O) => Promise<void> {
  return async (name, options) => {
    await withPscCluster(process.env, options, async (cluster) => {
      await act(cluster, name, options);
    });
  };
}

async function status(cluster: PscCluster, name: string | undefined, { json }: BalanceOptions): Promise<void> {
  const pscs = name === undefined ? await allPscs(cluster) : [await onePsc(cluster, name)];
  if (json === true) {
    const all = pscs.map(({ metadata, status: said }) => ({ name: metadata.name, ...said?.balance }));
    printJson(name === undefined ? all : all[0]);
  } else print(pscs.map((psc) => statusText(psc, Date.now())).join('') || 'there are no PSCs here\n');
}

async function plan(cluster: PscCluster, name: string, { json, all, svg }: PlanOptions): Promise<void> {
  const look = await lookAtBalance(cluster, name, sayMeasuring);
  const planned = look.decision.plan;
  const brokers = loadsBeforeAndAfter(look.cluster, planned?.moves ?? []);
  if (svg !== undefined) {
    const title = `${name}: ${planned?.moves.length ?? 0} moves, ${Math.ceil(planned?.summary.movedMb ?? 0)} MB`;
    await writePicture(svg, planSvg({ title, ...brokers }));
  }
  if (json === true) printJson({ ...planned, brokers });
  else print(planText(look, brokers, all === true ? Infinity : MOST_MOVES));
}

const MOST_MOVES = 20;

async function explain(cluster: PscCluster, name: string, { json }: BalanceOptions): Promise<void> {
  const look = await lookAtBalance(cluster, name, sayMeasuring);
  const { steps, state, wait, memory } = look.decision;
  if (json === true) printJson({ state, wait, steps, intent: look.intent, underWay: memory.isUnderWay });
  else print(explanationText(look));
}

async function pause(cluster: PscCluster, name: string, { cancel }: PauseOptions): Promise<void> {
  const balancing = cancel === true ? 'Cancelled' : 'Paused';
  await changeMaintenance(cluster, name, (before) => ({ ...before, balancing }));
  const what = cancel === true ? 'what runs is taken back, and nothing begins' : 'what runs ends, and nothing begins';
  print(`${name}: ${what}; go on with ./flotilla balance resume ${name}\n`);
}

async function resume(cluster: PscCluster, name: string): Promise<void> {
  const { paused } = await changeMaintenance(cluster, name, (before) => ({ ...before, balancing: 'On' }));
  print(
    paused === true
      ? `${name}: balancing is on, and the cluster as a whole is paused: spec.maintenance.paused\n`
      : `${name}: balancing is on\n`,
  );
}

async function drain(
  cluster: PscCluster,
  name: string,
  brokers: readonly string[],
  { undo, wait }: DrainOptions,
): Promise<void> {
  const pods = brokers.map((each) => (/^\d+$/.test(each) ? `kafka-${each}` : each));
  const { spec } = await onePsc(cluster, name);
  const placed = Object.values(spec.kafka?.placement ?? {}).flatMap((zone) => zone.pods);
  const unknown = pods.filter((pod) => !placed.includes(pod));
  if (unknown.length > 0) {
    throw new UserError(`${name} has no ${unknown.join(' and no ')}`, {
      hint: `choose from: ${placed.sort().join(', ')}`,
    });
  }
  const asked = await changeMaintenance(cluster, name, (before) => withNames(before, 'drain', pods, undo === true));
  const left = asked.drain ?? [];
  print(left.length === 0 ? `${name}: no broker is to be emptied\n` : `${name}: to be emptied: ${left.join(', ')}\n`);
  if (wait === true && undo !== true) await untilDrained(cluster, name, pods);
}

/** Topics are not asked for: they may be there later only. */
async function exclude(
  cluster: PscCluster,
  name: string,
  topics: readonly string[],
  { undo }: ExcludeOptions,
): Promise<void> {
  const { spec } = await onePsc(cluster, name);
  if (spec.kafka === undefined) throw new UserError(`PSC ${name} is no Kafka cluster`, { hint: 'name one that is' });
  const asked = await changeMaintenance(cluster, name, (before) =>
    withNames(before, 'excludedTopics', topics, undo === true),
  );
  const left = asked.excludedTopics ?? [];
  print(left.length === 0 ? `${name}: no topic is excluded\n` : `${name}: excluded topics: ${left.join(', ')}\n`);
}

/**
 * Follows the balancer until it has proven that the brokers are empty, or Ctrl-C.
 *
 * @throws UserError when excluded topics hold them
 */
async function untilDrained(cluster: PscCluster, name: string, pods: readonly string[]): Promise<void> {
  let said = '';
  await pollUntil(async () => {
    const psc = await onePsc(cluster, name);
    const [line = ''] = statusText(psc, Date.now()).split('\n');
    if (line !== said) print(`${line}\n`);
    said = line;
    const outcome = drainOutcome(psc, pods);
    if (outcome.end === 'held') {
      throw new UserError(`${outcome.pods.join(', ')} cannot be emptied: ${outcome.message}`, {
        hint: `let the balancer move them again: ./flotilla balance exclude ${name} <topic> --undo; or end the drain with --undo`,
      });
    }
    if (outcome.end === 'proven') print(`${pods.join(', ')}: proven to be empty\n`);
    return outcome.end === 'proven';
  });
}

async function writePicture(file: string, svg: string): Promise<void> {
  try {
    await writeFile(file, svg);
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'name a file in a folder that is there and is yours',
      cause: error,
    });
  }
}

function sayMeasuring(seconds: number): void {
  process.stderr.write(`measuring for ${seconds} s\n`);
}

function printJson(value: unknown): void {
  print(`${JSON.stringify(value, undefined, 2)}\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}
