import { copyFile, cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImageName, KAFKA_IMAGES, KafkaVersion } from '../../contracts/images.ts';
import { buildJar, fetchJars, type MavenOptions } from './maven.ts';
import { copyNode, copyProductionPackages } from './node-modules.ts';
import { fetchNativePackage } from './npm-package.ts';
import { makeRootFileSystem } from './root-file-system.ts';
import type { SbomPart } from './sbom.ts';
import { runtimeFiles } from './source-files.ts';

/** Images of others, which clouds' clusters pull and a local region does not need. */
export const PUBLISHED_IMAGES = ['external-dns', 'cluster-autoscaler'] as const satisfies readonly ImageName[];

/** Images that a region runs and this machine builds. */
export type BuiltImage = Exclude<ImageName, (typeof PUBLISHED_IMAGES)[number]> | 'pause';

/** What other images start from. */
export type BaseImage = 'base' | 'java' | 'node';

/** How one image is made. */
export interface ImagePlan {
  /** What stands for BASE. @default - nothing */
  readonly base?: BaseImage;
  /** Image whose Containerfile makes this one too. @default - it has its own */
  readonly containerfileOf?: BuiltImage;
  /** Files and folders below the repository's root that it is made from, besides those of its own folder in images/. */
  readonly madeFrom: (root: string) => Promise<readonly string[]>;
  /** Fills the folder that its Containerfile copies from, and says what it fetched. */
  readonly prepare: (place: PlanPlace) => Promise<readonly SbomPart[]>;
}

export interface PlanPlace extends MavenOptions {
  /** Of the repository. */
  readonly root: string;
  /** Folder to fill. */
  readonly context: string;
  /** Path of the region's helper program. */
  readonly helper: string;
}

const HERE = 'local/images';
const MAVEN_IMAGE: Pick<ImagePlan, 'base' | 'madeFrom'> = {
  base: 'java',
  madeFrom: () => Promise.resolve([`${HERE}/image-plans.ts`, `${HERE}/maven.ts`]),
};

/** An image of Kafka: jars of its own version, and what is the same in all of them, which images/kafka builds. */
function kafkaPlan(name: (typeof KAFKA_IMAGES)[KafkaVersion]): ImagePlan {
  return {
    ...MAVEN_IMAGE,
    containerfileOf: 'kafka',
    madeFrom: async (root) => [...(await MAVEN_IMAGE.madeFrom(root)), ...(name === 'kafka' ? [] : ['images/kafka'])],
    prepare: async (place) => {
      const shared = imageFolder(place, 'kafka');
      await copyFiles(shared, place.context, ['archive-classes.sh']);
      return [
        ...(await fetchJars(imageFolder(place, name), join(place.context, 'libs'), place)),
        // Brokers and controllers load them with their own classes.
        await buildJar(join(shared, 'topic-policy'), join(place.context, 'libs'), place),
        await buildJar(join(shared, 'tls'), join(place.context, 'libs'), place),
        ...(await fetchJars(join(shared, 'tier'), join(place.context, 'tier'), place)),
        await buildJar(join(shared, 'tier'), join(place.context, 'tier'), place),
      ];
    },
  };
}

/** Every image, in an order in which each comes after what it starts from. */
export const IMAGE_PLANS: Readonly<Record<BuiltImage | BaseImage, ImagePlan>> = {
  base: {
    madeFrom: () => Promise.resolve([`${HERE}/root-file-system.ts`]),
    prepare: async ({ context, env }) => {
      await makeRootFileSystem(join(context, 'rootfs.tar'), env);
      return [];
    },
  },
  java: { madeFrom: () => Promise.resolve([]), base: 'base', prepare: () => Promise.resolve([]) },
  kafka: kafkaPlan('kafka'),
  'kafka-4.2': kafkaPlan('kafka-4.2'),
  connect: {
    ...MAVEN_IMAGE,
    prepare: async (place) => {
      const module = imageFolder(place, 'connect');
      await copyFiles(module, place.context, ['run.sh', 'jmx-exporter.yaml', 'log4j2.properties']);
      return [
        ...(await fetchJars(module, join(place.context, 'libs'), place)),
        ...(await fetchJars(join(module, 'plugin'), join(place.context, 'plugin'), place)),
      ];
    },
  },
  'object-store': {
    ...MAVEN_IMAGE,
    prepare: async (place) => {
      const module = imageFolder(place, 'object-store');
      await copyFiles(module, place.context, ['run.sh', 'logback.xml']);
      return await fetchJars(module, join(place.context, 'libs'), place);
    },
  },
  postgres: {
    madeFrom: () => Promise.resolve([`${HERE}/image-plans.ts`, `${HERE}/npm-package.ts`]),
    base: 'base',
    prepare: async (place) => {
      const folder = imageFolder(place, 'postgres');
      await copyFiles(folder, place.context, ['run.sh']);
      return [await fetchNativePackage(join(folder, 'npm.lock.json'), join(place.context, 'native'), place)];
    },
  },
  gateway: { madeFrom: () => Promise.resolve([]), base: 'base', prepare: () => Promise.resolve([]) },
  node: {
    base: 'base',
    madeFrom: () => Promise.resolve([`${HERE}/image-plans.ts`, `${HERE}/node-modules.ts`, 'package-lock.json']),
    prepare: async ({ root, context }) => [
      await copyNode(root, join(root, 'images', 'node', 'node.sha256'), join(context, 'node')),
      ...(await copyProductionPackages(root, join(context, 'node_modules'))),
    ],
  },
  flotilla: {
    base: 'node',
    madeFrom: runtimeFiles,
    prepare: async ({ root, context }) => {
      for (const file of await runtimeFiles(root)) {
        await mkdir(dirname(join(context, 'app', file)), { recursive: true });
        await copyFile(join(root, file), join(context, 'app', file));
      }
      return [];
    },
  },
  pause: {
    madeFrom: () => Promise.resolve(['local/helper']),
    prepare: async ({ context, helper }) => {
      await cp(helper, join(context, 'helper'));
      return [];
    },
  },
};

function imageFolder({ root }: PlanPlace, name: string): string {
  return join(root, 'images', name);
}

async function copyFiles(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of names) await copyFile(join(from, name), join(to, name));
}
