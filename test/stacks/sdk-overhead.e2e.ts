import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PulumiTools } from '../../local/pulumi/pulumi-tools.ts';
import { type PulumiRun, runPulumi } from '../../local/pulumi/run-pulumi.ts';
import { testPulumiTools } from '../support/pulumi-tools.ts';
import { type ProviderDouble, startProviderDouble } from '../doubles/provider-double.ts';

const PROJECT = join(import.meta.dirname, '../..');
const BUILD_TIMEOUT_MS = 15 * 60_000;
const RUN_TIMEOUT_MS = 120_000;
const PARTS = 12;
/** What the SDK says of each resource, in the words of its version that package.json pins. */
const SAID_OF_EACH = ['Registering resource: t=test:it:Part', 'RegisterResource RPC prepared: t=test:it:Part'];

describe('a program without the overhead of the SDK', () => {
  let tools: PulumiTools;
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let double: ProviderDouble;

  beforeAll(async () => {
    tools = await testPulumiTools();
    folder = await mkdtemp(join(tmpdir(), 'flotilla-overhead-'));
    await mkdir(join(folder, 'home'));
    await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(
      join(folder, 'Pulumi.yaml'),
      'name: overhead\nruntime: { name: nodejs, options: { typescript: false } }\n',
    );
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "dependencies": {} }\n');
    env = {
      PULUMI_HOME: join(folder, 'home'),
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: 'protects nothing but this test',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    };
    double = await startProviderDouble({ sdk: '@pulumi/random' });
    env['PULUMI_DEBUG_PROVIDERS'] = double.attachment;
    const { exitCode } = await runPulumi(tools, ['stack', 'init', 'test', '--no-select'], { project: folder, env });
    expect(exitCode).toBe(0);
  }, BUILD_TIMEOUT_MS);

  afterAll(async () => {
    await double.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test(
    'still tells those who debug what the SDK does with each resource, in few calls',
    async () => {
      const { exitCode, stderr, stdout } = await preview(
        `const { default: settings } = await import('@pulumi/pulumi/runtime/settings.js');
         const engine = settings.getEngine();
         const log = engine.log.bind(engine);
         let calls = 0;
         engine.log = (...all) => { calls += 1; return log(...all); };
         process.on('exit', () => console.log('CALLS=' + calls));
         for (let part = 0; part < ${PARTS}; part += 1) new pulumi.ComponentResource('test:it:Part', 'part-' + part);`,
        ['--debug'],
      );
      const said = `${stdout}${stderr}`;
      expect(exitCode).toBe(0);
      const missing = Array.from({ length: PARTS }, (_, part) =>
        SAID_OF_EACH.map((text) => `${text}, name=part-${part}`).filter((text) => !said.includes(text)),
      ).flat();
      expect(missing).toEqual([]);
      expect(Number(/CALLS=(\d+)/.exec(said)?.[1])).toBeLessThan(PARTS);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'still fails where a promise of the SDK never ends',
    async () => {
      const { exitCode, stderr, stdout } = await preview(
        `const { default: debuggable } = await import('@pulumi/pulumi/runtime/debuggable.js');
         void debuggable.debuggablePromise(new Promise(() => {}), 'never');`,
      );
      expect(`${stdout}${stderr}`).toContain('1 promise was still active');
      expect(exitCode).not.toBe(0);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'still says where in the program an error comes from',
    async () => {
      const { exitCode, stderr, stdout } = await preview(
        `function makesAMistake() { throw new TypeError('a mistake'); }
         pulumi.output(1).apply(() => makesAMistake());`,
      );
      expect(`${stdout}${stderr}`).toMatch(/a mistake[\s\S]*makesAMistake \(.*index\.mjs/);
      expect(exitCode).not.toBe(0);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'gives each output of a resource, whenever it is first read, and the ones that nobody reads are there',
    async () => {
      const { exitCode, stderr, stdout } = await run(
        ['up', '--yes', '--skip-preview'],
        `const { RandomPassword } = await import('@pulumi/random/randomPassword.js');
         const word = new RandomPassword('word', { length: 12 });
         const valueOf = (output) => new Promise((resolve) => output.apply(resolve));
         const early = word.length;
         console.log('EARLY=' + await valueOf(early), word.length === early);
         console.log('LATE=' + await valueOf(word.result), await pulumi.isSecret(word.result));
         console.log('DEPENDS=' + [...(await word.bcryptHash.allResources())].map((resource) => resource === word));
         console.log('UNREAD=' + Object.keys(word).includes('overrideSpecial'));`,
      );
      const said = `${stdout}${stderr}`;
      expect(said).toContain('EARLY=12 true');
      expect(said).toMatch(/LATE=random:index\/randomPassword:RandomPassword\/word\/result true/);
      expect(said).toContain('DEPENDS=true');
      expect(said).toContain('UNREAD=true');
      expect(exitCode).toBe(0);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'still leaves an output unknown that only the update will know',
    async () => {
      const { exitCode, stderr, stdout } = await preview(
        `const { RandomPassword } = await import('@pulumi/random/randomPassword.js');
         const word = new RandomPassword('another', { length: 12 });
         console.log('KNOWN=' + await word.length.isKnown, await word.result.isKnown, await word.overrideSpecial.isKnown);`,
      );
      expect(`${stdout}${stderr}`).toContain('KNOWN=true false false');
      expect(exitCode).toBe(0);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'still fails where a resource is refused whose outputs nobody reads',
    async () => {
      const { exitCode, stderr, stdout } = await preview(
        `const { RandomPassword } = await import('@pulumi/random/randomPassword.js');
         new RandomPassword('refused', { length: 'twelve' });`,
      );
      expect(`${stdout}${stderr}`).toContain('length must be a number');
      expect(exitCode).not.toBe(0);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'still tells the engine where in the program a resource is made',
    async () => {
      const { exitCode, stdout } = await preview(
        `function makesIt() { return new pulumi.ComponentResource('test:it:Part', 'placed'); }
         makesIt();`,
        ['--json'],
      );
      const { steps } = JSON.parse(stdout) as {
        readonly steps: readonly { readonly newState: { readonly urn: string; readonly sourcePosition?: string } }[];
      };
      const line = (await readFile(join(folder, 'index.mjs'), 'utf8'))
        .split('\n')
        .findIndex((text) => /^ *makesIt/.test(text));
      const placed = steps.find(({ newState }) => newState.urn.endsWith('::placed'));
      // The component's class has no constructor of its own, so that the SDK counts one frame too many.
      expect(placed?.newState.sourcePosition).toMatch(new RegExp(`index\\.mjs#${line + 1},`));
      expect(exitCode).toBe(0);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'has loaded neither npm nor the Automation API, and finds them where they are asked for',
    async () => {
      const { exitCode, stderr, stdout } = await preview(
        `const { createRequire } = await import('node:module');
         const require = createRequire(import.meta.url);
         const loaded = (part) => Object.keys(require.cache).filter((path) => path.includes(part)).length > 0;
         const parts = ['/pacote/', '/closure/createClosure.js', '/automation/localWorkspace.js'];
         console.log('BEFORE=' + parts.map(loaded));
         console.log('PATHS=' + (await pulumi.runtime.computeCodePaths()).size);
         await pulumi.runtime.serializeFunction(() => 1).catch(() => {});
         console.log('API=' + typeof pulumi.automation.LocalWorkspace.createStack, 'Stack' in pulumi.automation);
         console.log('KEYS=' + Object.keys(pulumi.automation).includes('LocalWorkspace'));
         console.log('AFTER=' + parts.map(loaded));`,
      );
      const said = `${stdout}${stderr}`;
      expect(said).toContain('BEFORE=false,false,false');
      expect(said).toMatch(/PATHS=\d/);
      expect(said).toContain('API=function true');
      expect(said).toContain('KEYS=true');
      expect(said).toContain('AFTER=true,true,true');
      expect(exitCode).toBe(0);
    },
    RUN_TIMEOUT_MS,
  );

  async function preview(body: string, args: readonly string[] = []): Promise<PulumiRun> {
    return await run(['preview', ...args], body);
  }

  async function run(operation: readonly string[], body: string): Promise<PulumiRun> {
    const module = pathToFileURL(join(PROJECT, 'stacks', 'sdk-overhead.ts')).href;
    await writeFile(
      join(folder, 'index.mjs'),
      `import { shedSdkOverhead } from '${module}';
       export default async () => {
         await shedSdkOverhead({ arePromisesTraced: 'no' });
         const { default: pulumi } = await import('@pulumi/pulumi');
         ${body}
       };\n`,
    );
    return await runPulumi(tools, [...operation, '--stack', 'test'], { project: folder, env });
  }
});
