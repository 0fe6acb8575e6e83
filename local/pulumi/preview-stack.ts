import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMap, parseDocument } from 'yaml';
import type { PulumiTools } from './pulumi-tools.ts';
import { type PulumiRun, runPulumi } from './run-pulumi.ts';

/** One resource as a preview would register it. */
export interface PreviewedResource {
  readonly urn: string;
  /** As in `aws:s3/bucket:Bucket`. */
  readonly type: string;
  /** Logical name, the last part of the URN. */
  readonly name: string;
  /** `create` in a preview against no state; else what would happen. */
  readonly op: string;
  /** False for components and the stack. */
  readonly custom: boolean;
  /** As the program wrote them; what is not known before the update is {@link UNKNOWN_VALUE}, a secret is `[secret]`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly parent?: string;
  /** Property ▶ URNs that its value comes from. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

/** What the engine writes for a value that only the update will know (`sdk/go/common/resource/plugin/rpc.go`). */
export const UNKNOWN_VALUE = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

export type PreviewResult =
  | {
      readonly ok: true;
      readonly resources: readonly PreviewedResource[];
      /** Wall time of `pulumi preview` alone. */
      readonly tookMs: number;
    }
  /** `errors`: what the engine and the program said, one text each; the run has the rest. */
  | { readonly ok: false; readonly errors: readonly string[]; readonly run: PulumiRun };

export interface PreviewOptions {
  /** Folder with Pulumi.yaml. */
  readonly project: string;
  readonly stack: string;
  /**
   * `empty`: against no state, in a backend of its own that is gone afterwards, so that every resource is seen and no
   * backend need be reached. `current`: against the state that the configured backend holds.
   */
  readonly against: 'empty' | 'current';
  /** Beside the tools' environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Further arguments of `pulumi preview`, as in `['--policy-pack', 'policies']`. */
  readonly args?: readonly string[];
}

/** What `pulumi preview` of a stack would register; changes neither the cloud nor the stack file. */
export async function previewStack(tools: PulumiTools, options: PreviewOptions): Promise<PreviewResult> {
  if (options.against === 'current') return await preview(tools, options, []);
  const scratch = await mkdtemp(join(tmpdir(), 'flotilla-preview-'));
  try {
    return await previewAgainstNothing(tools, options, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const NOTHING_KEPT = 'nothing that this encrypts is kept';

/**
 * A new stack has its salt written into its file, which Pulumi lays out anew: the stack is made in a folder with a copy of
 * the file and no program, and the program then previewed with that copy.
 */
async function previewAgainstNothing(
  tools: PulumiTools,
  options: PreviewOptions,
  scratch: string,
): Promise<PreviewResult> {
  const { project, stack } = options;
  const file = `Pulumi.${stack}.yaml`;
  await copyFile(join(project, 'Pulumi.yaml'), join(scratch, 'Pulumi.yaml'));
  await mkdir(join(scratch, STACK_CONFIG_DIR));
  const configFile = join(scratch, STACK_CONFIG_DIR, file);
  await writeFile(configFile, withoutSecrets(await readFile(join(project, STACK_CONFIG_DIR, file), 'utf8')));
  const env = { ...options.env, PULUMI_BACKEND_URL: `file://${scratch}`, PULUMI_CONFIG_PASSPHRASE: NOTHING_KEPT };
  const init = ['stack', 'init', stack, '--no-select', '--secrets-provider', 'passphrase'];
  const made = await runPulumi(tools, init, { project: scratch, env });
  if (made.exitCode !== 0) return { ok: false, errors: errorsIn(made.stderr), run: made };
  return await preview(tools, { ...options, env }, ['--config-file', configFile]);
}

/** `stackConfigDir` of Pulumi.yaml. */
const STACK_CONFIG_DIR = 'stacks';

/** The program reads no secret of the config, and a preview need not be trusted with any. */
function withoutSecrets(text: string): string {
  const document = parseDocument(text);
  for (const key of ['secretsprovider', 'encryptedkey', 'encryptionsalt']) document.delete(key);
  const config = document.get('config');
  if (isMap(config)) {
    config.items = config.items.filter(({ value }) => !(isMap(value) && value.has('secure')));
  }
  return document.toString();
}

async function preview(tools: PulumiTools, options: PreviewOptions, args: readonly string[]): Promise<PreviewResult> {
  const { project, stack, env = {} } = options;
  const all = ['preview', '--json', '--stack', stack, ...args, ...(options.args ?? [])];
  const startedMs = performance.now();
  const run = await runPulumi(tools, all, { project, env });
  const tookMs = performance.now() - startedMs;
  const report = parsedReport(run.stdout);
  const said = (report?.diagnostics ?? []).filter(({ severity }) => severity === 'error').map(({ message }) => message);
  if (run.exitCode !== 0 || report === undefined) {
    return { ok: false, errors: said.length > 0 ? said : errorsIn(run.stderr || run.stdout), run };
  }
  return { ok: true, resources: (report.steps ?? []).flatMap(resourceOf), tookMs };
}

/** The part that is read of what `pulumi preview --json` prints (`pkg/display/json.go`). */
interface PreviewReport {
  readonly steps?: readonly PreviewStep[];
  readonly diagnostics?: readonly { readonly severity: string; readonly message: string }[];
}

interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly newState?: {
    readonly type: string;
    readonly custom?: boolean;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly parent?: string;
    readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
    readonly protect?: boolean;
    readonly retainOnDelete?: boolean;
  };
}

function parsedReport(text: string): PreviewReport | undefined {
  try {
    return JSON.parse(text) as PreviewReport;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function resourceOf({ op, urn, newState }: PreviewStep): readonly PreviewedResource[] {
  if (newState === undefined) return [];
  const { type, custom = false, inputs = {}, parent, propertyDependencies = {} } = newState;
  return [
    {
      urn,
      type,
      name: urn.split('::').slice(3).join('::'),
      op,
      custom,
      inputs,
      ...(parent === undefined ? {} : { parent }),
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([property, urns]) => [property, urns ?? []]),
      ),
      protect: newState.protect === true,
      retainOnDelete: newState.retainOnDelete === true,
    },
  ];
}

function errorsIn(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line.startsWith('error: '));
  return lines.length > 0 ? lines.map((line) => line.slice('error: '.length)) : [text.trim()];
}
