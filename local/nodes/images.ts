import { setTimeout as delay } from 'node:timers/promises';
import { command } from '../host/command.ts';
import type { NodeLayout } from '../region/layout.ts';
import { ToolError } from '../tools/tool-error.ts';
import { nodePaths } from './node-files.ts';

/** An image as a file, and every name that manifests may call it by. */
export interface ImageArchive {
  readonly archive: string;
  /** Name inside of the archive. */
  readonly name: string;
  /** As in `registry.example/kafka@sha256:…`: what the CRI looks for, whatever the digest of the content is. */
  readonly references: readonly string[];
}

/** Brings a node every image that it does not have, and resolves when its containerd has them all. */
export async function ensureImages(node: NodeLayout, images: readonly ImageArchive[]): Promise<void> {
  const socket = nodePaths(node).containerdSocket;
  await ready(socket, `containerd of the node ${node.name}, whose log is ${nodePaths(node).logs}/containerd.log,`);
  await importImages(socket, images);
}

/** Unpacks the images that the containerd of a socket does not have, for it to run containers from. */
export async function importImages(socket: string, images: readonly ImageArchive[]): Promise<void> {
  const present = new Set((await ctr(socket, ['images', 'ls', '-q'])).trim().split('\n'));
  for (const { archive, name, references } of images) {
    if ([name, ...references].every((reference) => present.has(reference))) continue;
    await ctr(socket, ['images', 'import', archive]);
    for (const reference of references) await ctr(socket, ['images', 'tag', '--force', name, reference]);
  }
}

/** Removes the images that are not among these, and the layers that only they have. */
export async function removeOtherImages(socket: string, images: readonly ImageArchive[]): Promise<void> {
  const wanted = new Set(images.flatMap(({ name, references }) => [name, ...references]));
  const present = (await ctr(socket, ['images', 'ls', '-q'])).trim().split('\n');
  const others = present.filter((reference) => reference !== '' && !wanted.has(reference));
  if (others.length > 0) await ctr(socket, ['images', 'rm', '--sync', ...others]);
}

/** Resolves when the containerd of a socket answers. @throws ToolError when it does not in time */
export async function ready(socket: string, what: string): Promise<void> {
  const deadlineMs = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const failure = await ctr(socket, ['version']).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) return;
    if (performance.now() > deadlineMs) {
      throw new ToolError(`${what} does not answer`, { hint: 'run ./flotilla down, then up', cause: failure });
    }
    await delay(POLL_MS);
  }
}

const READY_TIMEOUT_MS = 30_000;
const POLL_MS = 100;
const IMPORT_TIMEOUT_MS = 300_000;

async function ctr(socket: string, args: readonly string[]): Promise<string> {
  return await command('ctr', ['--address', socket, '--namespace', 'k8s.io', ...args], {
    timeoutMs: IMPORT_TIMEOUT_MS,
  });
}
