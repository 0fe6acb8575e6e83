import { IMAGE_NAMES, type ImageLock, type ImageName } from '../../contracts/images.ts';
import type { ImageArchive } from '../nodes/images.ts';
import { PAUSE_IMAGE } from '../nodes/node-files.ts';
import { archiveReference } from './build.ts';
import type { BuiltImage } from './image-plans.ts';

/** Archives under the names that manifests call them by: the lock's repository and digest, whatever was built. */
export function imageArchives(lock: ImageLock, built: ReadonlyMap<BuiltImage, string>): readonly ImageArchive[] {
  return [...built].map(([name, archive]) => ({
    archive,
    name: archiveReference(archive),
    references: isLocked(name) ? [`${lock[name].repository}@${lock[name].digest}`] : [PAUSE_IMAGE],
  }));
}

function isLocked(name: BuiltImage): name is BuiltImage & ImageName {
  return IMAGE_NAMES.some((each) => each === name);
}
