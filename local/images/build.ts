import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { IMAGE_NAMES, KAFKA_IMAGES, KAFKA_VERSIONS, type KafkaVersion } from '../../contracts/images.ts';
import { cached } from '../tools/cache.ts';
import { ToolError } from '../tools/tool-error.ts';
import { buildImage } from './buildah.ts';
import { type BaseImage, type BuiltImage, IMAGE_PLANS, PUBLISHED_IMAGES } from './image-plans.ts';
import { debianParts, type SbomPart, sbomText } from './sbom.ts';
import { digestOfFiles } from './source-files.ts';

/** Whole paths of archives by the image that is in them. */
export type BuiltImages = ReadonlyMap<BuiltImage, string>;

export interface ImageBuildOptions {
  /** Of the repository. */
  readonly root: string;
  /** Folder of the cache: `cacheRoot(process.env)`. */
  readonly cacheRoot: string;
  /** Environment of the tools, which read their proxies and repositories from there. */
  readonly env: NodeJS.ProcessEnv;
  /** Path of the region's helper program: `helperBinary(…)`. */
  readonly helper: string;
  /** Which. @default - all */
  readonly images?: readonly BuiltImage[];
  /** Told in one line what is being built, whenever that changes. */
  readonly onProgress?: (line: string) => void;
}

export const BUILT_IMAGES: readonly BuiltImage[] = [
  ...IMAGE_NAMES.filter(
    (name): name is Exclude<typeof name, (typeof PUBLISHED_IMAGES)[number]> =>
      !PUBLISHED_IMAGES.some((published) => published === name),
  ),
  'pause',
];

/**
 * Images of a region whose Kafka clusters may run these versions. The newest is always among them; nobody waits for those of
 * other versions, or keeps them on his disk.
 */
export function imagesFor(versions: readonly KafkaVersion[]): readonly BuiltImage[] {
  const [newest] = KAFKA_VERSIONS;
  const others = KAFKA_VERSIONS.filter((version) => version !== newest && !versions.includes(version));
  return BUILT_IMAGES.filter((name) => !others.some((version) => KAFKA_IMAGES[version] === name));
}

/**
 * Archives of the images that a region runs, each built unless the cache has it; beside each lies its `sbom.json`.
 *
 * @throws ToolError with every image that could not be built
 */
export async function buildImages(options: ImageBuildOptions): Promise<BuiltImages> {
  const session = new BuildSession(options);
  const timer = setInterval(() => {
    session.tell();
  }, PROGRESS_INTERVAL_MS);
  const results = await Promise.allSettled(
    (options.images ?? BUILT_IMAGES).map(async (name) => [name, (await session.image(name)).archive] as const),
  );
  clearInterval(timer);
  const failures = new Set(
    results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : [])),
  );
  if (failures.size > 0) throw oneError([...failures]);
  return new Map(results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])));
}

/** Name inside of an archive that {@link buildImages} made: another content has another name. */
export function archiveReference(archive: string): string {
  const found = /^image-(.+)-([0-9a-f]+)$/.exec(basename(dirname(archive)));
  if (found?.[1] === undefined || found[2] === undefined) throw new RangeError(`${archive} is no archive of an image`);
  return `localhost/flotilla/${found[1]}:${found[2]}`;
}

function oneError(failures: readonly unknown[]): unknown {
  const tools = failures.filter((failure) => failure instanceof ToolError);
  // Mistakes of our own go first: they explain the others.
  if (tools.length < failures.length || tools.length === 1)
    return failures.find((each) => !(each instanceof ToolError)) ?? tools[0];
  const hint = [...new Set(tools.map((failure) => failure.hint))].join('; ');
  return new ToolError(tools.map(({ message }) => message).join('\n\n'), { hint });
}

async function partsBeside(archive: string): Promise<readonly SbomPart[]> {
  return JSON.parse(await readFile(join(dirname(archive), PARTS), 'utf8')) as readonly SbomPart[];
}

type AnyImage = BuiltImage | BaseImage;

const PROGRESS_INTERVAL_MS = 5_000;
const KEY_DIGITS = 16;
const ARCHIVE = 'image.tar';
/** What was fetched for the image and those below it, for the bills of materials of those above it. */
const PARTS = 'parts.json';
/** What makes every image. */
const MADE_WITH = ['local/images/buildah.ts', 'local/images/sbom.ts'];
/** Builds are made of waiting and of work in turns: one more than there are cores keeps both busy. */
const MAX_PARALLEL = 3;

class BuildSession {
  readonly #options: ImageBuildOptions;
  readonly #images = new Map<AnyImage, Promise<{ readonly archive: string; readonly key: string }>>();
  readonly #keys = new Map<AnyImage, Promise<string>>();
  readonly #building = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: ImageBuildOptions) {
    this.#options = options;
  }

  async image(name: AnyImage): Promise<{ readonly archive: string; readonly key: string }> {
    let image = this.#images.get(name);
    if (image === undefined) {
      image = this.#make(name);
      this.#images.set(name, image);
    }
    return await image;
  }

  async #make(name: AnyImage): Promise<{ readonly archive: string; readonly key: string }> {
    const { cacheRoot, onProgress } = this.#options;
    const key = await this.#key(name);
    const folder = await cached(`image-${name}`, key, async (part) => this.#build(name, key, part), {
      root: cacheRoot,
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    return { archive: join(folder, ARCHIVE), key };
  }

  async #build(name: AnyImage, key: string, part: string): Promise<void> {
    const { root, cacheRoot, env, helper } = this.#options;
    const plan = IMAGE_PLANS[name];
    const scratch = join(part, 'scratch');
    const context = join(scratch, 'context');
    await mkdir(context, { recursive: true });
    const place = { root, context, helper, scratch, env, lockFile: join(cacheRoot, 'maven.lock') };
    // What is fetched does not wait for the base to be built.
    const [parts, base] = await Promise.all([
      this.#step(`${name}: fetching`, async () => await plan.prepare(place)),
      plan.base === undefined ? undefined : this.image(plan.base),
    ]);
    const debianStatus = join(scratch, 'dpkg-status');
    const reference = `localhost/flotilla/${name}:${key}`;
    await this.#step(`${name}: building`, async () => {
      const building = buildImage({
        reference,
        containerfile: join(root, 'images', plan.containerfileOf ?? name, 'Containerfile'),
        context,
        ...(base === undefined ? {} : { base: { archive: base.archive, reference: archiveReference(base.archive) } }),
        archive: join(part, ARCHIVE),
        debianStatus,
        scratch,
        env,
      });
      await building.catch((error: unknown) => {
        if (!(error instanceof ToolError)) throw error;
        throw new ToolError(`image ${name} could not be built: ${error.what}`, { hint: error.hint, cause: error });
      });
    });
    const debian = debianParts(await readFile(debianStatus, 'utf8').catch(() => ''));
    const inherited = base === undefined ? [] : await partsBeside(base.archive);
    await writeFile(join(part, PARTS), JSON.stringify([...inherited, ...parts]));
    await writeFile(join(part, 'sbom.json'), sbomText({ name, version: key }, [...debian, ...inherited, ...parts]));
    await rm(scratch, { recursive: true });
  }

  async #key(name: AnyImage): Promise<string> {
    let key = this.#keys.get(name);
    if (key === undefined) {
      key = this.#computeKey(name);
      this.#keys.set(name, key);
    }
    return await key;
  }

  /** Of everything that the image is made from, the way of making it included. */
  async #computeKey(name: AnyImage): Promise<string> {
    const { root } = this.#options;
    const plan = IMAGE_PLANS[name];
    const base = plan.base === undefined ? '' : await this.#key(plan.base);
    const files = [`images/${name}`, ...MADE_WITH, ...(await plan.madeFrom(root))];
    const digest = await digestOfFiles(root, files);
    return createHash('sha256').update(`${name}\0${base}\0${digest}`).digest('hex').slice(0, KEY_DIGITS);
  }

  async #step<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#running >= MAX_PARALLEL) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#running += 1;
    this.#building.set(what, performance.now());
    this.tell();
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#building.delete(what);
      this.#waiting.shift()?.();
      this.tell();
    }
  }

  tell(): void {
    const now = performance.now();
    const lines = [...this.#building].map(([what, startedMs]) => `${what} (${Math.round((now - startedMs) / 1000)} s)`);
    if (lines.length > 0) this.#options.onProgress?.(lines.join(', '));
  }
}
