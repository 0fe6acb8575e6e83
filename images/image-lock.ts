import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { IMAGE_NAMES } from '../contracts/images.ts';
import type { ImageLock, ImageName, LockedImage } from '../contracts/images.ts';

/** An image lock that cannot be used: names every problem at once. */
export class ImageLockError extends Error {
  readonly file: string;
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super([`${file} is no image lock:`, ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.name = 'ImageLockError';
    this.file = file;
    this.problems = problems;
  }
}

/**
 * The image lock with whole repositories: images of our own come from `registry`, as in `registry.example.com/flotilla`;
 * those of others say where they come from themselves.
 *
 * @throws ImageLockError when the file is not readable as one
 */
export function loadImageLock(file: string, registry: string): ImageLock {
  return inRegistry(readImageLock(file), registry);
}

/**
 * The image lock as the file has it.
 *
 * @throws ImageLockError when the file is not readable as one
 */
export function readImageLock(file: string): ImageLock {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ImageLockError(file, [error instanceof Error ? error.message : String(error)]);
  }
  const parsed = LOCK.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new ImageLockError(
    file,
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
  );
}

/** A lock whose images of our own, which are named by one word, come from `registry`. */
export function inRegistry(lock: ImageLock, registry: string): ImageLock {
  const entries = Object.entries(lock).map(([name, image]): [string, LockedImage] => [
    name,
    isOwn(image) ? { ...image, repository: `${registry}/${image.repository}` } : image,
  ]);
  return Object.fromEntries(entries) as ImageLock;
}

/** Digest that stands in for an image that nobody has pushed yet: that of its recipe, byte for byte. */
export function recipeDigest(imagesFolder: string, name: ImageName): string {
  const recipe = readFileSync(join(imagesFolder, name, 'recipe.json'));
  return `sha256:${createHash('sha256').update(recipe).digest('hex')}`;
}

function isOwn({ repository }: LockedImage): boolean {
  return !repository.includes('/');
}

const LOCKED_IMAGE = z.strictObject({
  repository: z.string().regex(/^[a-z0-9]+([._/:-][a-z0-9]+)*$/, 'a repository in small letters, without a tag'),
  tag: z.string().regex(/^[\w][\w.-]{0,127}$/, 'a tag of at most 128 letters, digits, dots, dashes and underscores'),
  digest: z.string().regex(/^sha256:[a-f0-9]{64}$/, 'sha256: and 64 hexadecimal digits in small letters'),
  provenance: z.enum(['published', 'recipe']),
  source: z.string().min(1).exactOptional(),
});

const LOCK = z.strictObject(
  Object.fromEntries(IMAGE_NAMES.map((name) => [name, LOCKED_IMAGE])) as Record<ImageName, typeof LOCKED_IMAGE>,
);
