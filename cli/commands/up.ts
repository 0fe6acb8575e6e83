import { mkdir } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { Listr, PRESET_TIMER, type ListrTask } from 'listr2';
import { ensurePackages } from '../../local/host/packages.ts';
import { lacksOf, thisMachine } from '../../local/host/preflight.ts';
import { nameServerBinary } from '../../local/dns/binary.ts';
import { helperBinary } from '../../local/helper/binary.ts';
import { kubernetesBinary } from '../../local/kubernetes/binary.ts';
import { daemonPid } from '../../local/processes/daemon.ts';
import { REGION_LOOPBACK, REGION_PORTS } from '../../local/region/forwarder-addresses.ts';
import { lockFilePath } from '../../local/region/layout.ts';
import { FORWARDER, regionStages, type RegionParts } from '../../local/region/start-region.ts';
import { cacheRoot } from '../../local/tools/cache.ts';
import { lockHolder, withLock } from '../../local/tools/lock-file.ts';
import { ToolError } from '../../local/tools/tool-error.ts';
import { regionPlatform, type RegionPlatform } from '../../local/platform/platform-stages.ts';
import { kubectlCluster } from '../../local/platform/kubectl-cluster.ts';
import { buildImages, imagesFor } from '../../local/images/build.ts';
import { builtLock, imageArchives } from '../../local/images/image-archives.ts';
import { imageStore } from '../../local/nodes/image-store.ts';
import type { ImageArchive } from '../../local/nodes/images.ts';
import { type ImageLock, KAFKA_VERSIONS, type KafkaVersion } from '../../contracts/images.ts';
import { MOTHERSHIP } from '../../contracts/names.ts';
import { newPassword } from '../../operators/runtime/new-password.ts';
import { mothershipAcls } from '../local/mothership-acls.ts';
import { LOCAL_STACK, type LocalRegion, localRegion } from '../local/region-folder.ts';
import { operatorAccess, tenantNames } from '../local/tenant-access.ts';
import { ensureUser } from '../local/tenant-user.ts';
import { loadRegions, type RegionInput } from '../regions.ts';
import { SERVICE_NAMES } from './serve.ts';
import { INSTALL_ROOT, PATHS } from '../project.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

/** `flotilla up`: a whole region on this machine. */
export function addUpCommand(program: Command): void {
  program
    .command('up')
    .description('bring up a whole region on this machine, until a tenant serves')
    .addOption(
      new Option(
        '--kafka <versions...>',
        'Kafka versions to have the images of, besides the newest and those of the stack',
      ).choices(KAFKA_VERSIONS),
    )
    .addHelpText(
      'after',
      `
It can be interrupted and run again at any time: what is there already is kept.
Takes what stacks/Pulumi.local.yaml says; keeps its state in /var/lib/flotilla/local, or where FLOTILLA_STATE says.

Examples:
  $ sudo ./flotilla up
  $ sudo FLOTILLA_STATE=/srv/region ./flotilla up
  $ sudo ./flotilla up --kafka 4.2.1    # then a cluster can be made of it, and upgraded`,
    )
    .action(async ({ kafka = [] }: { readonly kafka?: readonly KafkaVersion[] }) => {
      const region = localRegion(process.env);
      await up(region, kafka);
      process.stdout.write(whatNext(tenantNames(region)[0] ?? ''));
    });
}

function whatNext(tenant: string): string {
  return `
The region is up, and its tenant ${tenant} serves. What next:
  ./flotilla demo ${tenant}       send and read records as a tenant's client does
  ./flotilla connect ${tenant}    the settings for a client of your own
  ./flotilla psc get         what the operator says of each Kafka cluster
  ./flotilla status          every part, pod and zone
  ./flotilla down            take it away; --purge also deletes what it keeps
`;
}

async function up(region: LocalRegion, kafka: readonly KafkaVersion[]): Promise<void> {
  const lock = lockFilePath(region.layout);
  // First of all: what the other one has taken is not missing.
  const other = await lockHolder(lock);
  if (other !== undefined) throw otherUp(other);
  await preflight(region);
  await mkdir(dirname(region.layout.folder), { recursive: true });
  await withLock(lock, { timeoutMs: 0, held: otherUp }, async () => {
    await new Listr(tasks(region, kafka), {
      rendererOptions: { timer: PRESET_TIMER, collapseSubtasks: false, collapseErrors: false },
      fallbackRenderer: 'simple',
      fallbackRendererOptions: { timer: PRESET_TIMER },
    }).run();
  });
}

function otherUp(pid: number): ToolError {
  return new ToolError(`another ./flotilla up or down is at work on this region, process ${pid}`, {
    hint: `wait for it to end, or interrupt it: kill ${pid}`,
  });
}

/** Everything that the machine lacks, at once; what a running region has taken itself is not missing. */
async function preflight({ layout }: LocalRegion): Promise<void> {
  const { folder } = layout;
  const isUp = (await daemonPid(layout, FORWARDER)) !== undefined;
  const listens = isUp ? [] : Object.values(REGION_PORTS).map((port) => ({ address: REGION_LOOPBACK, port }));
  const lacks = lacksOf(await thisMachine({ folder, listens }), folder);
  if (lacks.length === 0) return;
  throw new UserError(['this machine cannot hold a region yet', ...lacks.map(({ what }) => `  ${what}`)].join('\n'), {
    hint: lacks.map(({ remedy }) => remedy).join('; '),
    exitCode: EXIT_CODES.environment,
  });
}

interface Tools {
  kubernetes: string;
  nameServer: string;
  helper: string;
  images: readonly ImageArchive[];
  imageLock: ImageLock;
  imageStore: string;
}

function tasks(region: LocalRegion, kafka: readonly KafkaVersion[]): ListrTask[] {
  const input = inputOf();
  const images = imagesFor([...kafka, ...versionsOf(input)]);
  const tools: Partial<Tools> = {};
  const build = (title: string, run: (onProgress: (line: string) => void) => Promise<void>): ListrTask => ({
    title,
    task: async (_context, task) => {
      await run((line) => {
        task.output = line;
      });
    },
  });
  const options = (onProgress: (line: string) => void) => ({
    cacheRoot: cacheRoot(process.env),
    env: process.env,
    onProgress,
  });
  return [
    build('Debian packages', async (onProgress) => {
      await ensurePackages({ onProgress });
    }),
    {
      title: 'programs and images',
      task: (_context, task) =>
        task.newListr(
          [
            build('Kubernetes', async (onProgress) => {
              tools.kubernetes = await kubernetesBinary(options(onProgress));
            }),
            build('name server', async (onProgress) => {
              tools.nameServer = await nameServerBinary(options(onProgress));
            }),
            build('images', async (onProgress) => {
              const helper = await helperBinary(options(onProgress));
              tools.helper = helper;
              const built = await buildImages({ ...options(onProgress), root: INSTALL_ROOT, helper, images });
              tools.images = imageArchives(input.images, built);
              tools.imageLock = builtLock(input.images, built);
              onProgress('unpacking');
              tools.imageStore = await imageStore(tools.images, { root: cacheRoot(process.env), onProgress });
            }),
          ],
          { concurrent: true },
        ),
    },
    {
      title: 'region',
      task: (_context, task) =>
        task.newListr(
          regionStages(partsOf(region, tools)).map(({ title, run }) => ({ title, task: run })),
          { concurrent: false },
        ),
    },
    {
      title: 'platform',
      task: (_context, task) => {
        const { stages, missing } = platformOf(region, tools, input);
        if (missing.length > 0) {
          task.title = `platform, without ${missing.map(({ service }) => service).join(', ')}: not written yet`;
        }
        return task.newListr(
          stages.map(({ title, run }) => ({ title, task: run })),
          { concurrent: false },
        );
      },
    },
  ];
}

function partsOf({ config, layout }: LocalRegion, tools: Partial<Tools>): RegionParts {
  const { kubernetes, nameServer, helper, images, imageStore } = whole(tools);
  const totalMib = Math.floor(totalmem() / 2 ** 20);
  return {
    config,
    layout,
    kubernetes,
    nameServer,
    helper,
    images,
    imageStore,
    stacksDir: resolve(PATHS.stacks),
    node: join(INSTALL_ROOT, 'node_modules', 'node', 'bin', 'node'),
    memory: { totalMib, perNodeMib: Math.floor(totalMib / 3) },
  };
}

function platformOf(region: LocalRegion, tools: Partial<Tools>, input: RegionInput): RegionPlatform {
  const { config, outputs, exemptions } = input;
  const { imageLock: images, kubernetes } = whole(tools);
  return regionPlatform(
    { config, outputs, images, exemptions, services: SERVICE_NAMES },
    kubectlCluster(region.layout, kubernetes),
    {
      newPassword,
      ensureMothershipUser: async (user, password) => {
        const operator = await operatorAccess(region, MOTHERSHIP);
        await ensureUser(operator, { user: user.user, password, acls: mothershipAcls(user) });
      },
    },
  );
}

function inputOf(): RegionInput {
  const [input] = loadRegions({ names: [LOCAL_STACK], scope: 'named' });
  if (input === undefined) throw new Error('one stack was named and none was loaded');
  return input;
}

/** Kafka versions that the stack asks for. */
function versionsOf({ config: { mothership, tenants } }: RegionInput): readonly KafkaVersion[] {
  return [...(mothership.hosted ? [mothership] : []), ...tenants].map(({ version }) => version);
}

const TOO_EARLY = 'the region is started after its programs are there';

function whole(tools: Partial<Tools>): Tools {
  const { kubernetes, nameServer, helper, images, imageLock, imageStore } = tools;
  if (kubernetes === undefined || nameServer === undefined || helper === undefined) throw new Error(TOO_EARLY);
  if (images === undefined || imageLock === undefined || imageStore === undefined) throw new Error(TOO_EARLY);
  return { kubernetes, nameServer, helper, images, imageLock, imageStore };
}
