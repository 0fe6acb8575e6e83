import { createHash } from 'node:crypto';
import { IMAGE_NAMES, type ImageLock, type ImageName, type LockedImage } from '../../contracts/images.ts';
import type { ImageArchive } from '../nodes/images.ts';
import { PAUSE_IMAGE } from '../nodes/node-files.ts';
import { archiveReference, type BuiltImages } from './build.ts';
import type { BuiltImage } from './image-plans.ts';

/**
 * The lock with the digest of what was built in the place of a recipe's, so that manifests change with what they run, and
 * pods whose program has changed are replaced by those who made them. It is made of what the image was built from: the
 * content of an archive differs from one build to the next.
 */
export function builtLock(lock: ImageLock, built: BuiltImages): ImageLock {
  const changed = [...built].flatMap(([name, archive]): readonly (readonly [ImageName, LockedImage])[] => {
    if (!isLocked(name)) return [];
    const digest = `sha256:${createHash('sha256').update(archiveReference(archive)).digest('hex')}`;
    return [[name, { ...lock[name], digest }]];
  });
  return { ...lock, ...Object.fromEntries(changed) };
}

/** Archives under the names that manifests call them by: those of the lock, and of {@link builtLock}. */
export function imageArchives(lock: ImageLock, built: BuiltImages): readonly ImageArchive[] {
  const own = builtLock(lock, built);
  return [...built].map(([name, archive]) => ({
    archive,
    name: archiveReference(archive),
    references: isLocked(name) ? [lock, own].map((each) => pulledName(each[name])) : [PAUSE_IMAGE],
  }));
}

/** What a container runtime looks for: a tag beside a digest says nothing to it. */
function pulledName({ repository, digest }: LockedImage): string {
  return `${repository}@${digest}`;
}

function isLocked(name: BuiltImage): name is BuiltImage & ImageName {
  return IMAGE_NAMES.some((each) => each === name);
}
