import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageLock, ImageName } from '../contracts/images.ts';
import { readImageLock, recipeDigest } from './image-lock.ts';

/* `node images/lock-recipes.ts` writes the digests of the recipes into images.lock.json, after a recipe has changed. */

const folder = import.meta.dirname;
const file = join(folder, 'images.lock.json');
const entries = Object.entries(readImageLock(file)) as readonly [ImageName, ImageLock[ImageName]][];
const locked = entries.map(([name, image]) => [
  name,
  image.provenance === 'recipe' ? { ...image, digest: recipeDigest(folder, name) } : image,
]);
writeFileSync(file, `${JSON.stringify(Object.fromEntries(locked), undefined, 2)}\n`);
