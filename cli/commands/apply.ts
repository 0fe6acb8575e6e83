import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { type Command, Option } from 'commander';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { connect } from '../apply/api-connection.ts';
import { type Cluster, clusterOf } from '../apply/cluster.ts';
import { executePlan } from '../apply/execute.ts';
import { readInventory } from '../apply/inventory-store.ts';
import type { InventoryOwner } from '../apply/inventory.ts';
import { loadKubeConfig } from '../apply/kube-config.ts';
import { clustersOf, type ManifestFile, objectsOfCluster, readManifests } from '../apply/manifests.ts';
import { type ApplyPlan, planApply, PRUNE_MODES, type PruneMode } from '../apply/plan.ts';
import { PROTECTED_KINDS, type ProtectedKind } from '../apply/protected-kinds.ts';
import { formatReport } from '../apply/report.ts';
import { Progress } from '../progress.ts';
import { PATHS } from '../project.ts';
import { paletteFor } from '../terminal.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

interface ApplyOptions {
  readonly cluster?: string;
  readonly context?: string;
  readonly dist: string;
  readonly dryRun?: true;
  readonly rendered?: true;
  readonly prune: PruneMode;
  readonly allowDelete: readonly ProtectedKind[];
  readonly forceConflicts?: true;
  readonly yes?: true;
}

/** `flotilla apply <stack>`: brings one Kubernetes cluster to what the stack's manifests say. */
export function addApplyCommand(program: Command): void {
  program
    .command('apply')
    .description("apply a stack's manifests to the cluster of the current kubeconfig context, in order")
    .argument('<stack>', 'stack whose manifests are in dist/')
    .option('--cluster <name>', 'which cluster of the stack; needed when it has several')
    .option('--context <name>', 'context of the kubeconfig, instead of the current one')
    .option('--dist <folder>', 'where the manifests are', PATHS.dist)
    .option('--dry-run', 'let the API server judge everything, and change nothing')
    .option('--rendered', "apply also what the operator would make, for clusters where it doesn't run yet")
    .addOption(
      new Option('--prune <mode>', 'what happens to objects that were applied before and are no longer wanted')
        .choices([...PRUNE_MODES])
        .default('delete'),
    )
    .addOption(
      new Option('--allow-delete <kinds>', `also delete these: ${PROTECTED_KINDS.join(',')}`)
        .argParser(parseKinds)
        .default([], 'none'),
    )
    .option('--force-conflicts', 'take over fields that other field managers own')
    .option('--yes', 'do not ask; needed where there is no terminal')
    .addHelpText('after', EXAMPLES)
    .action(async (stack: string, options: ApplyOptions) => {
      process.exitCode = await apply(stack, options);
    });
}

const EXAMPLES = `
Examples:
  $ ./flotilla apply local                                    asks before it changes anything
  $ ./flotilla apply aws-us-west-2 --cluster a --dry-run      what would change, judged by the API server
  $ ./flotilla apply aws-us-west-2 --cluster a --context usw2-a --yes
  $ ./flotilla apply local --allow-delete psc,pvc,namespace   also delete a removed tenant with its data

Exit codes: 0 applied, 1 the cluster refused objects, 2 wrong use, 3 the cluster cannot be reached.`;

async function apply(stack: string, options: ApplyOptions): Promise<number> {
  const files = readManifests(join(options.dist, stack), `write them with ./flotilla synth ${stack}`);
  const owner = { stack, cluster: chooseCluster(files, stack, options.cluster) };
  const config = loadKubeConfig(process.env, options.context);
  const cluster = clusterOf(connect(config));
  const inventory = await readInventory(cluster, owner);
  const desired = objectsOfCluster(files, owner.cluster, options.rendered === true ? 'include' : 'exclude');
  const allowDelete = new Set(options.allowDelete);
  const plan = planApply({ desired, recorded: inventory.inventory.objects, prune: options.prune, allowDelete });
  if (!(await confirmed(describe(owner, desired, plan, config), options))) {
    process.stderr.write('nothing was changed\n');
    return EXIT_CODES.interrupted;
  }
  const results = await execute(cluster, { plan, inventory, allowDelete, options });
  const title = options.dryRun === true ? 'dry run: nothing was changed\n' : '';
  process.stdout.write(`${title}${formatReport(results, paletteFor(process.stdout, process.env))}\n`);
  return results.some(({ outcome }) => outcome === 'failed' || outcome === 'conflict')
    ? EXIT_CODES.findings
    : EXIT_CODES.ok;
}

async function execute(
  cluster: Cluster,
  request: Omit<Parameters<typeof executePlan>[1], 'mode' | 'onProgress'> & { readonly options: ApplyOptions },
): ReturnType<typeof executePlan> {
  const { options, ...rest } = request;
  const progress = new Progress(process.stderr);
  try {
    return await executePlan(cluster, {
      ...rest,
      mode: {
        conflicts: options.forceConflicts === true ? 'force' : 'refuse',
        effect: options.dryRun === true ? 'dry-run' : 'persist',
      },
      onProgress: ({ step, done, total }) => {
        progress.update(() => `${step}: ${done} of ${total}`);
      },
    });
  } finally {
    progress.done();
  }
}

function chooseCluster(files: readonly ManifestFile[], stack: string, asked: string | undefined): string {
  const clusters = clustersOf(files);
  const [only] = clusters;
  if (asked === undefined && clusters.length === 1 && only !== undefined) return only;
  if (asked !== undefined && clusters.includes(asked)) return asked;
  const what = asked === undefined ? `stack ${stack} has several clusters` : `stack ${stack} has no cluster "${asked}"`;
  throw new UserError(what, { hint: `choose one with --cluster: ${clusters.join(', ')}` });
}

function describe(
  owner: InventoryOwner,
  desired: readonly KubernetesObject[],
  plan: ApplyPlan,
  config: KubeConfig,
): string {
  const deletions = plan.deletions.reduce((sum, refs) => sum + refs.length, 0);
  return (
    `cluster "${owner.cluster}" of stack "${owner.stack}": ${desired.length} objects to apply, ` +
    `${deletions} to delete, ${plan.kept.length} to keep although no longer wanted\n` +
    `into context "${config.getCurrentContext()}" at ${config.getCurrentCluster()?.server ?? ''}\n`
  );
}

/** Where nobody can answer, only `--yes` starts a change: a script that forgot it must not change a cluster. */
async function confirmed(summary: string, { yes, dryRun }: ApplyOptions): Promise<boolean> {
  process.stderr.write(summary);
  if (yes === true || dryRun === true) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UserError('nobody is there to confirm the change', {
      hint: 'add --yes to apply without being asked, or --dry-run to change nothing',
    });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await prompt.question('apply? [y/N] ')).trim());
  } finally {
    prompt.close();
  }
}

function parseKinds(text: string): readonly ProtectedKind[] {
  return text.split(',').map((word) => {
    const kind = PROTECTED_KINDS.find((known) => known === word.trim());
    if (kind === undefined) {
      throw new UserError(`--allow-delete knows no "${word}"`, { hint: `choose from: ${PROTECTED_KINDS.join(', ')}` });
    }
    return kind;
  });
}
