import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BOOTSTRAP_LABEL, PORTS } from '../../constructs/kubernetes/kafka/listeners.ts';
import { CA_FILE, PLATFORM_USERS, SECRETS } from '../../constructs/kubernetes/kafka/secrets.ts';
import { externalHost, MOTHERSHIP, pscNamespace } from '../../contracts/names.ts';
import { daemonPid } from '../../local/processes/daemon.ts';
import { runningRegion, type RunningRegion } from '../../local/region/running-region.ts';
import { FORWARDER } from '../../local/region/start-region.ts';
import { systemErrorCode, ToolError } from '../../local/tools/tool-error.ts';
import { decodedData } from '../../operators/psc/credentials/credential-secrets.ts';
import { currentLogin } from '../../operators/psc/credentials/platform-logins.ts';
import { newPassword } from '../../operators/runtime/new-password.ts';
import { kubernetesClusterId } from '../../stacks/config.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';
import { clientFiles, type ClientFilesOptions } from './client-files.ts';
import type { KafkaAccess } from './kafka-access.ts';
import type { LocalRegion } from './region-folder.ts';
import { lookupRegion, regionNames } from './region-names.ts';
import { ensureUser, LOCAL_USER } from './tenant-user.ts';

/** A client's way into a tenant's Kafka, and the files in which it was written down. */
export interface TenantAccess {
  readonly access: KafkaAccess;
  readonly files: ClientFilesOptions;
}

/**
 * Lets a client on this machine into a tenant's Kafka: makes its user once, and writes its files anew.
 *
 * @throws UserError for an unknown tenant, and where its Kafka cannot be reached
 */
export async function tenantAccess(local: LocalRegion, tenant: string): Promise<TenantAccess> {
  const { layout } = local;
  const operator = await operatorAccess(local, tenant);
  const folder = join(layout.folder, 'connect', tenant);
  const password = await keptPassword(folder);
  await reached(tenant, async () => {
    await ensureUser(operator, { user: LOCAL_USER, password });
  });
  const machineHosts = await readFile('/etc/hosts', 'utf8').catch(absent);
  const { bootstrapServer, authority } = operator;
  const names = await regionNames(layout);
  const files = { bootstrapServer, authority, tenant, folder, user: LOCAL_USER, password, names, machineHosts };
  for (const [file, content] of clientFiles(files)) await writeWhole(join(folder, file), content);
  return { access: { ...operator, user: LOCAL_USER, password }, files };
}

/**
 * The platform's own way into a Kafka of the region, through the gateway as any client's.
 *
 * @throws UserError for an unknown tenant, ToolError where there is no way yet
 */
export async function operatorAccess(local: LocalRegion, tenant: string): Promise<KafkaAccess> {
  const { layout } = local;
  const host = externalHost(BOOTSTRAP_LABEL, tenant, domainOf(local, tenant));
  const region = await runningRegion(layout);
  if ((await daemonPid(layout, FORWARDER)) === undefined) {
    throw new ToolError('the forwarder from this machine into the region does not run', { hint: 'run ./flotilla up' });
  }
  if (!(await regionNames(layout)).includes(host)) {
    throw new ToolError(`${host} is no name of the region yet`, {
      hint: 'wait until ./flotilla up has ended; ./flotilla logs agent says what holds it up',
    });
  }
  const secret = async (name: string): Promise<Readonly<Record<string, string>>> =>
    await secretOf(region, pscNamespace(tenant), name);
  const login = currentLogin(await secret(SECRETS.platformUsers), PLATFORM_USERS.operator);
  return {
    bootstrapServer: `${host}:${PORTS.external}`,
    authority: (await secret(SECRETS.ca))[CA_FILE] ?? '',
    lookup: lookupRegion,
    user: login?.name ?? PLATFORM_USERS.operator,
    password: login?.password ?? '',
  };
}

/** Tenants of the region and the mothership, which is a Kafka cluster too. */
export function tenantNames({ config }: LocalRegion): readonly string[] {
  return [...config.tenants.map(({ name }) => name), ...(config.mothership.hosted ? [MOTHERSHIP] : [])];
}

function domainOf(local: LocalRegion, tenant: string): string {
  const { config } = local;
  const { mothership } = config;
  const cluster =
    tenant === MOTHERSHIP && mothership.hosted
      ? mothership.cluster
      : config.tenants.find(({ name }) => name === tenant)?.cluster;
  if (cluster === undefined) {
    throw new UserError(`the region has no tenant ${tenant}`, {
      hint: `choose from: ${tenantNames(local).join(', ')}`,
    });
  }
  return `${kubernetesClusterId(config.stack, cluster)}.${config.region.domain}`;
}

async function secretOf(
  { kubectl }: RunningRegion,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  const text = await kubectl([
    '--namespace',
    namespace,
    'get',
    'secret',
    name,
    '--output=json',
    '--request-timeout=10s',
  ]);
  return decodedData(JSON.parse(text));
}

/** Made once: clients that were started with it go on. */
async function keptPassword(folder: string): Promise<string> {
  const file = join(folder, 'password');
  const kept = await readFile(file, 'utf8').catch(absent);
  if (kept !== '') return kept;
  const password = newPassword();
  await writeWhole(file, password);
  return password;
}

async function writeWhole(file: string, content: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  // Of its own: the command may run twice at a time.
  const written = `${file}.${randomUUID()}`;
  await writeFile(written, content, { mode: 0o600 });
  await rename(written, file);
}

async function reached(tenant: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new UserError(`the Kafka of ${tenant} cannot be reached from this machine: ${reasons(error).join('; ')}`, {
      hint: 'see whether its brokers and the gateway are ready: ./flotilla status',
      exitCode: EXIT_CODES.environment,
      cause: error,
    });
  }
}

/** The client wraps what happened several times over. */
function reasons(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)];
  const inner = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [error.cause ?? []].flat();
  return [...new Set([error.message, ...inner.flatMap(reasons)])];
}

function absent(error: unknown): string {
  if (systemErrorCode(error) === 'ENOENT') return '';
  throw error;
}
