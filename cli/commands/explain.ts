import type { Command } from 'commander';
import { CapacityError } from '../../constructs/capacity/capacity-error.ts';
import { MAX_CKUS } from '../../constructs/capacity/catalogue/confluent-cku.ts';
import type { ShapeRequest } from '../../constructs/capacity/cluster-shape.ts';
import { explainShape } from '../../constructs/capacity/explain-shape.ts';
import { shapeOf } from '../../constructs/capacity/shape-of.ts';
import { knownZones } from '../../constructs/capacity/zones.ts';
import { type Cloud, CLOUDS } from '../../contracts/cloud.ts';
import type { NamedStackOptions } from '../explain/named-stack.ts';
import { UserError } from '../user-error.ts';

/** `flotilla explain`: the arithmetic from a number of CKUs to brokers, volumes, quotas and placement. */
export function addExplainCommand(program: Command): void {
  program
    .command('explain')
    .description('show the arithmetic from CKUs to brokers, volumes and placement')
    .argument(
      '[stack]',
      'a stack: its clusters, what they are made of and what that costs, instead of one number of CKUs',
    )
    .option('--cku <number>', `capacity units of the cluster, 1 to ${MAX_CKUS}`)
    .option('--cloud <cloud>', CLOUDS.join(', '))
    .option('--zones <zones>', 'zones in placement order, separated by commas (default: three of a common region)')
    .option('--infinite-storage <on|off>', 'whether old records move to the bucket', 'on')
    .option('--prices <file>', 'what a stack costs in a month, by your own unit prices')
    .option('--price-template', 'print a price file with every key that a stack needs, without prices')
    .option('--quotas', "how many tenants fit under the cloud's quotas, and which one ends first")
    .option('--json', 'print it as JSON')
    .addHelpText('after', HELP_EXAMPLES)
    .action(async (stack: string | undefined, options: ExplainOptions) => {
      if (stack !== undefined) {
        process.stdout.write(await explainOneStack(stack, options));
        return;
      }
      refuseStackOptions(options);
      process.stdout.write(explain(shapeRequestFrom(options), options.json === true ? 'json' : 'text'));
    });
}

const HELP_EXAMPLES = `
Examples:
  $ ./flotilla explain --cku 4 --cloud aws
  $ ./flotilla explain aws-us-west-2
  $ ./flotilla explain aws-us-west-2 --price-template > prices.yaml
  $ ./flotilla explain aws-us-west-2 --prices prices.yaml
  $ ./flotilla explain azure-westeurope --quotas
  $ ./flotilla explain --cku 152 --cloud gcp --infinite-storage off
  $ ./flotilla explain --cku 2 --cloud aws --zones us-east-1a,us-east-1b,us-east-1c,us-east-1d
  $ ./flotilla explain --cku 2 --cloud local --json | jq .brokers.placement`;

async function explainOneStack(stack: string, options: ExplainOptions): Promise<string> {
  const { cku, cloud } = options;
  if (cku !== undefined || cloud !== undefined) {
    throw new UserError('both a stack and --cku or --cloud were given', { hint: 'give one of them' });
  }
  // Loaded on demand: the arithmetic alone needs no stack configs, and answers faster without.
  const { explainNamedStack } = await import('../explain/named-stack.ts');
  return explainNamedStack(stack, options);
}

function refuseStackOptions({ prices, priceTemplate, quotas }: ExplainOptions): void {
  if (prices === undefined && priceTemplate === undefined && quotas === undefined) return;
  throw new UserError('--prices, --price-template and --quotas are about a stack, and none was named', {
    hint: 'name one, as in ./flotilla explain aws-us-west-2 --prices prices.yaml',
  });
}

/** The command's options as typed in. */
export interface ExplainOptions extends NamedStackOptions {
  readonly cku?: string;
  readonly cloud?: string;
  readonly zones?: string;
  readonly infiniteStorage?: string;
}

/** What is asked for, typed; ranges are judged by {@link explain}. */
export function shapeRequestFrom(options: ExplainOptions): ShapeRequest {
  const cloud = cloudFrom(options.cloud);
  return {
    cloud,
    ckus: ckusFrom(options.cku),
    zones: options.zones === undefined ? EXAMPLE_ZONES[cloud]() : options.zones.split(',').map((zone) => zone.trim()),
    infiniteStorage: infiniteStorageFrom(options.infiniteStorage ?? 'on'),
  };
}

/** Text or JSON that explains a shape, ending with a line break. */
export function explain(request: ShapeRequest, format: 'text' | 'json'): string {
  const shape = shapeOrUserError(request);
  return format === 'json' ? `${JSON.stringify(shape, undefined, 2)}\n` : `${explainShape(shape)}\n`;
}

function shapeOrUserError(request: ShapeRequest): ReturnType<typeof shapeOf> {
  try {
    return shapeOf(request);
  } catch (error) {
    if (error instanceof CapacityError) {
      throw new UserError(error.message, { hint: error.hint, cause: error });
    }
    throw error;
  }
}

function ckusFrom(text: string | undefined): number {
  if (text === undefined) {
    throw new UserError('no number of CKUs was given', { hint: `add --cku with a number from 1 to ${MAX_CKUS}` });
  }
  if (!/^\d+$/.test(text)) {
    throw new UserError(`--cku: "${text}" is not a whole number`, { hint: `give a number from 1 to ${MAX_CKUS}` });
  }
  return Number(text);
}

function cloudFrom(text: string | undefined): Cloud {
  const cloud = CLOUDS.find((candidate) => candidate === text);
  if (cloud === undefined) {
    const problem = text === undefined ? 'no cloud was given' : `--cloud: there is no cloud "${text}"`;
    throw new UserError(problem, { hint: `add --cloud with one of ${CLOUDS.join(', ')}` });
  }
  return cloud;
}

function infiniteStorageFrom(text: string): ShapeRequest['infiniteStorage'] {
  if (text !== 'on' && text !== 'off') {
    throw new UserError(`--infinite-storage: "${text}" is neither on nor off`, {
      hint: 'write --infinite-storage on or --infinite-storage off',
    });
  }
  return text;
}

/** Zones that an explanation uses where none are given. */
const EXAMPLE_ZONES: Readonly<Record<Cloud, () => readonly string[]>> = {
  aws: () => threeZonesOf('aws', 'us-west-2'),
  gcp: () => threeZonesOf('gcp', 'us-central1'),
  azure: () => threeZonesOf('azure', 'westeurope'),
  local: () => threeZonesOf('local', 'local'),
};

function threeZonesOf(cloud: Cloud, region: string): readonly string[] {
  return knownZones(cloud, region)?.slice(0, 3) ?? [];
}
