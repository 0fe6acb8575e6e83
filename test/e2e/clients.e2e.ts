import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { CLIENT_FILES } from '../../cli/local/client-files.ts';
import { clientOptions } from '../../cli/local/kafka-access.ts';
import { type TenantAccess, tenantAccess } from '../../cli/local/tenant-access.ts';
import { createAuthority } from '../support/certificates.ts';
import type { CommandResult } from '../support/run-flotilla.ts';
import { type TestRegion, testRegion, UP_MAX_MS } from './region.ts';
import { findKcat, FIRST_GOOD_LIBRARY, isGood } from './support/kcat.ts';
import { type KafkaTools, kafkaTools } from './support/kafka-tools.ts';
import { printedCommands } from './support/printed-commands.ts';
import { inShell, type ShellOptions } from './support/shell.ts';

/** Of one command, on a machine that does much else; a JVM alone takes seconds to start then. */
const COMMAND_MAX_MS = 60_000;
const TEST_MAX_MS = 4 * COMMAND_MAX_MS;
const BAD_CREDENTIALS =
  'Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512';

jest.setTimeout(TEST_MAX_MS);

describe('the commands that connect prints', () => {
  let region: TestRegion;
  let tenant: TenantAccess;
  let tools: KafkaTools;
  let text: string;
  let otherAuthority: string;
  beforeAll(async () => {
    region = await testRegion();
    tools = await kafkaTools();
    tenant = await tenantAccess(region.local, 'demo');
    text = (await region.flotilla('connect', 'demo')).out;
    otherAuthority = join(tools.folder, 'other.crt');
    await writeFile(otherAuthority, (await createAuthority('another')).certificate);
    await run(kafkaCommand('--create'));
  }, UP_MAX_MS);
  afterAll(async () => {
    try {
      await run(kafkaCommand('--delete'));
    } finally {
      await tools.remove();
    }
  }, TEST_MAX_MS);

  it("produce lines with Kafka's console producer and read all of them with its console consumer", async () => {
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index} of ${process.pid}`);
    await run(kafkaCommand('kafka-console-producer.sh'), { input: `${lines.join('\n')}\n` });
    const mine = (out: string): readonly string[] => out.split('\n').filter((line) => lines.includes(line));
    const { out, err } = await inShell(kafkaCommand('kafka-console-consumer.sh'), {
      ...options(),
      isEnough: (soFar) => mine(soFar).length >= lines.length,
    });
    expect(mine(out).toSorted()).toEqual(lines.toSorted());
    expect(err).toMatch(/Processed a total of \d+ messages/);
  });

  it('have every record acknowledged by all replicas in sync, as the verifiable producer tells', async () => {
    const { out } = await run(kafkaCommand('kafka-verifiable-producer.sh'));
    const events = out.split('\n').filter((line) => line.startsWith('{'));
    const named = (name: string): readonly string[] => events.filter((line) => line.includes(`"name":"${name}"`));
    expect(new Set(named('producer_send_success').map((line) => /"value":"(\d+)"/.exec(line)?.[1])).size).toBe(1000);
    expect(named('producer_send_error')).toEqual([]);
    expect(named('tool_data')[0]).toMatch(/"sent":1000,"acked":1000/);
  });

  it("measure a rate with Kafka's performance tools", async () => {
    const produced = await run(kafkaCommand('kafka-producer-perf-test.sh'));
    expect(produced.out).toMatch(/^10000 records sent, [\d.]+ records\/sec .*99.9th/m);
    const [header = '', figures = ''] = (await run(kafkaCommand('kafka-consumer-perf-test.sh'))).out.trim().split('\n');
    const column = header.split(', ').findIndex((name) => name.startsWith('data.consumed.in.n'));
    expect(Number(figures.split(', ')[column])).toBeGreaterThanOrEqual(10_000);
  });

  it('produce and consume with kcat, where its library is not too old for this Kafka', async () => {
    const [produce = '', consume = ''] = printedCommands(text, 'kcat');
    expect(text).toContain(`librdkafka of ${FIRST_GOOD_LIBRARY.join('.')} or newer`);
    const { library, env, lack } = await findKcat();
    if (lack !== undefined) process.stderr.write(`clients.e2e: not all of kcat is tested here. ${lack}\n`);
    if (library === undefined) return;
    const exported = env === '' ? '' : `export ${env}\n`;
    if (isGood(library)) {
      await run(exported + produce);
      expect((await run(exported + consume)).out.split('\n')).toContain('hello from kcat');
    } else {
      expect((await inShell(exported + consume, options())).err).toContain(BAD_CREDENTIALS);
    }
  });

  it('produce and consume with @platformatic/kafka', async () => {
    const [example = ''] = printedCommands(text, '@platformatic/kafka');
    expect((await run(example)).out).toMatch(/^hello from Node, read from partition \d at offset \d+\n$/);
  });

  it("are refused without the right password, without the right authority and without TLS, in each tool's words", async () => {
    const refused = await Promise.all([
      topicsWith('password', (properties) => properties.replace(/password="[^"]*"/, 'password="wrong"')),
      topicsWith('authority', (properties) =>
        properties.replace(join(tenant.files.folder, CLIENT_FILES.authority), otherAuthority),
      ),
      topicsWith('plaintext', (properties) => properties.replace('SASL_SSL', 'PLAINTEXT')),
    ]);
    for (const { code } of refused) expect(code).toBeGreaterThan(0);
    const [password, authority, plaintext] = refused.map(({ out, err }) => out + err);
    expect(password).toContain(`SaslAuthenticationException: ${BAD_CREDENTIALS}`);
    expect(authority).toMatch(
      /SslAuthenticationException: SSL handshake failed[\s\S]*unable to find valid certification/,
    );
    expect(plaintext).toContain('TimeoutException: Timed out waiting for a node assignment');
  });

  it('are refused to kcat in the same cases', async () => {
    const { library, env, lack } = await findKcat();
    if (library === undefined) {
      process.stderr.write(`clients.e2e: ${lack ?? 'no kcat'}\n`);
      return;
    }
    const [, consume = ''] = printedCommands(text, 'kcat');
    const refusals = [
      ['sasl.password=wrong', BAD_CREDENTIALS],
      [`ssl.ca.location=${otherAuthority}`, 'certificate verify failed'],
      ['security.protocol=PLAINTEXT', 'connection closed by peer'],
    ] as const;
    const said = refusals.map(async ([setting, message]) => {
      const command = `${env === '' ? ':' : `export ${env}`}\n${consume} -X ${setting} 2>&1`;
      // It tries for ever: enough is known once it has said why.
      const { out } = await inShell(command, { ...options(), isEnough: (soFar) => soFar.includes(message) });
      expect(out).toContain(message);
      expect(out).not.toMatch(/^hello/m);
    });
    await Promise.all(said);
  });

  it('are refused to @platformatic/kafka without the right password and without the right authority', async () => {
    const { access } = tenant;
    const { certificate } = await createAuthority('another');
    await expect(reasonsOf({ ...access, password: 'wrong' })).resolves.toContain('SASL authentication failed');
    await expect(reasonsOf({ ...access, authority: certificate })).resolves.toMatch(
      /self.signed|unable to .*certificate/,
    );
  });

  function options(): ShellOptions {
    return { folders: [tools.folder], timeoutMs: COMMAND_MAX_MS };
  }

  async function run(command: string, more: Partial<ShellOptions> = {}): Promise<CommandResult> {
    const result = await inShell(command, { ...options(), ...more });
    if (result.code !== 0)
      throw new Error(`exit code ${result.code ?? 'none'}: ${command}\n${result.out}${result.err}`);
    return result;
  }

  /** The printed command with this in it, after the printed line that tells Java the names. */
  function kafkaCommand(part: string): string {
    const [names = '', ...commands] = printedCommands(text, "Kafka's own tools");
    const command = commands.find((each) => each.includes(part));
    if (command === undefined) throw new Error(`connect prints no command with ${part}`);
    return `${names}\n${command}`;
  }

  /** kafka-topics with the properties file changed, and less patience. */
  async function topicsWith(name: string, change: (properties: string) => string): Promise<CommandResult> {
    const original = join(tenant.files.folder, CLIENT_FILES.properties);
    const file = join(tools.folder, `${name}.properties`);
    const properties = change(await readFile(original, 'utf8'));
    await writeFile(file, `${properties}default.api.timeout.ms=6000\nrequest.timeout.ms=5000\n`);
    return await inShell(kafkaCommand('--create').replace(original, file), options());
  }

  async function reasonsOf(access: TenantAccess['access']): Promise<string> {
    const admin = new Admin({ ...clientOptions(access, 'test'), retries: false });
    try {
      return `let in, and lists ${(await admin.listTopics()).join(', ')}`;
    } catch (error) {
      return everyMessage(error);
    } finally {
      await admin.close();
    }
  }
});

/** The client wraps what happened several times over. */
function everyMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner: readonly unknown[] = error instanceof AggregateError ? (error.errors as unknown[]) : [error.cause ?? ''];
  return [error.message, ...inner.map(everyMessage)].join('\n');
}
