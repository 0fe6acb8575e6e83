import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'yaml';
import type { StoredPsc } from '../../operators/psc/observed.ts';
import { changeMaintenance } from '../balance/maintenance.ts';
import { explainPlan } from '../psc/explain-plan.ts';
import { explanationText } from '../psc/explanation-text.ts';
import { observeChanged, observeFromOutside } from '../psc/observe.ts';
import { collectBundle } from '../psc/bundle/collect.ts';
import { writeBundle } from '../psc/bundle/write.ts';
import { forCluster, inCluster } from '../psc/for-cluster.ts';
import { migrateStored, migrationText } from '../psc/migrate-stored.ts';
import { pollUntil } from '../psc/poll.ts';
import { isSettled, pscChanges } from '../psc/psc-changes.ts';
import {
  allPscs,
  type ClusterChoice,
  dataPlaneOf,
  onePsc,
  type PscCluster,
  type WholeCluster,
  withPscCluster,
} from '../psc/psc-cluster.ts';
import { pscDetail, pscTable } from '../psc/psc-table.ts';
import { parseRotated, ROTATED, type Rotated, rotationText, rotationWish } from '../psc/rotate.ts';
import { UserError } from '../user-error.ts';

interface PscOptions extends ClusterChoice {
  readonly json?: true;
}

interface ExplainOptions extends PscOptions {
  readonly file?: string;
  readonly dryRun?: true;
}

/** `flotilla psc`: what the operator makes of the PSCs of a Kubernetes cluster. */
export function addPscCommand(program: Command): void {
  const psc = program
    .command('psc')
    .description('show PSCs, follow them, and explain what the operator does next')
    .addHelpText('after', EXAMPLES);
  forCluster(psc.command('get').description('show all PSCs, or one with its conditions and brokers'))
    .argument('[name]')
    .action(async (name: string | undefined, options: PscOptions) => {
      await withPscCluster(process.env, options, async (cluster) => {
        await get(cluster, name, options);
      });
    });
  forCluster(
    psc.command('watch').description('print every change of a PSC until it is as its spec wants it, or Ctrl-C'),
  )
    .argument('<name>')
    .action(async (name: string, options: PscOptions) => {
      await withPscCluster(process.env, options, async (cluster) => {
        await watch(cluster, name, options);
      });
    });
  forCluster(
    psc
      .command('explain')
      .description("show the operator's next pass, what it waits for, and since when; nothing is changed"),
  )
    .argument('[name]')
    .option('-f, --file <file>', 'what a changed PSC would lead to: a PSC in YAML or JSON')
    .option('--dry-run', 'with --file: what explain does anyway, for scripts that want to say so')
    .action(async (name: string | undefined, options: ExplainOptions) => {
      checkExplain(name, options);
      await withPscCluster(process.env, options, async (cluster) => {
        await explain(cluster, name, options);
      });
    });
  forCluster(
    psc
      .command('rotate')
      .description(
        "ask for other certificates of all pods, another authority of them, or other passwords of the platform's users",
      ),
  )
    .argument('<name>')
    .argument('<what>', ROTATED.join(' or '))
    .option('--again', 'another authority although the one before is still trusted, which it is no longer then')
    .action(async (name: string, what: string, options: RotateOptions) => {
      const rotated = parseRotated(what);
      await withPscCluster(process.env, options, async (cluster) => {
        await rotate(cluster, name, rotated, options);
      });
    });
  addMigrateCommand(psc);
  inCluster(psc.command('bundle').description('pack what a bug report needs into one file, without secrets'))
    .argument('<name>')
    .option('--out <file>', 'where to (default: <name>-bundle-<time>.tar.gz here)')
    .action(async (name: string, options: BundleOptions) => {
      await withPscCluster(process.env, options, async (cluster) => {
        await bundle(cluster, name, options);
      });
    });
}

function addMigrateCommand(psc: Command): void {
  inCluster(
    psc
      .command('migrate')
      .description(
        'have every PSC stored in the version that the definition stores now, so that a former version may go',
      ),
  ).action(async (options: ClusterChoice) => {
    await withPscCluster(process.env, options, async ({ api }) => {
      print(migrationText(await migrateStored(api)));
    });
  });
}

interface RotateOptions extends ClusterChoice {
  readonly again?: true;
}

interface BundleOptions extends ClusterChoice {
  readonly out?: string;
}

const EXAMPLES = `
Looks at the region on this machine, or with --kubeconfig or --context at any Kubernetes cluster of the platform.

Examples:
  $ sudo ./flotilla psc get
  $ sudo ./flotilla psc get demo
  $ sudo ./flotilla psc watch demo
  $ sudo ./flotilla psc explain demo
  $ sudo ./flotilla psc rotate demo certificates
  $ sudo ./flotilla psc rotate demo passwords
  $ sudo ./flotilla psc bundle demo
  $ ./flotilla psc migrate --context aws-us-west-2-a
  $ sudo ./flotilla psc explain --file demo-2-ckus.yaml --dry-run
  $ ./flotilla psc get --context aws-us-west-2-a --json | jq '.[].status.conditions'`;

async function get(cluster: PscCluster, name: string | undefined, { json }: PscOptions): Promise<void> {
  const pscs = name === undefined ? await allPscs(cluster) : [await onePsc(cluster, name)];
  if (json === true) {
    print(`${JSON.stringify(name === undefined ? pscs : pscs[0], undefined, 2)}\n`);
    return;
  }
  const [only] = pscs;
  if (only === undefined) print('there are no PSCs here\n');
  else print(name === undefined ? pscTable(pscs, Date.now()) : pscDetail(only, Date.now()));
}

async function watch(cluster: PscCluster, name: string, { json }: PscOptions): Promise<void> {
  let before: StoredPsc | undefined;
  await pollUntil(async () => {
    const now = await onePsc(cluster, name);
    const time = new Date().toISOString();
    for (const line of pscChanges(before, now)) {
      print(json === true ? `${JSON.stringify({ time, change: line })}\n` : `${time.slice(11, 19)}  ${line}\n`);
    }
    before = now;
    return isSettled(now);
  });
}

async function explain(cluster: PscCluster, name: string | undefined, { file, json }: ExplainOptions): Promise<void> {
  const dataPlane = await dataPlaneOf(cluster);
  const seen =
    file === undefined
      ? await observeFromOutside(cluster, name ?? '', dataPlane)
      : await observeChanged(cluster, await readPsc(file), dataPlane);
  if (seen === undefined) {
    await onePsc(cluster, name ?? '');
    return;
  }
  const explanation = explainPlan(seen.observed, dataPlane);
  print(
    json === true
      ? `${JSON.stringify({ ...explanation, notes: seen.notes }, undefined, 2)}\n`
      : explanationText(explanation, seen.notes, seen.observed.nowMs),
  );
}

async function rotate(cluster: PscCluster, name: string, what: Rotated, { again }: RotateOptions): Promise<void> {
  const psc = await onePsc(cluster, name);
  const wish = rotationWish(psc, what, again === true ? 'again' : 'once', Date.now());
  await changeMaintenance(cluster, name, (before) => ({ ...before, ...wish }));
  print(rotationText(psc, what));
}

async function bundle(cluster: WholeCluster, name: string, { out }: BundleOptions): Promise<void> {
  const nowMs = Date.now();
  const title = `${name}-bundle-${new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  const file = out ?? `${title}.tar.gz`;
  const files = await collectBundle(cluster, name, nowMs);
  await writeBundle(files, title, file);
  const missing = files.has('left-out.txt') ? '; left-out.txt in it names what could not be read' : '';
  print(
    `${file}: ${files.size} files${missing}\nlook through it before you hand it on: names of topics, users and hosts are in it\n`,
  );
}

function checkExplain(name: string | undefined, { file, dryRun }: ExplainOptions): void {
  if ((name === undefined) === (file === undefined)) {
    throw new UserError(name === undefined ? 'no PSC was named' : 'both a name and --file were given', {
      hint: 'give the name of a PSC, or a file with --file',
    });
  }
  if (dryRun === true && file === undefined) {
    throw new UserError('--dry-run without --file', { hint: 'leave it out: explain never changes anything' });
  }
}

async function readPsc(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'give a file with one PSC in YAML or JSON, as ./flotilla psc get NAME --json prints it',
      cause: error,
    });
  }
}

function print(text: string): void {
  process.stdout.write(text);
}
