import { createHash } from 'node:crypto';
import { clusterOfFile, isRendered, type ManifestFile } from '../apply/manifests.ts';
import { diffObjects, type ObjectChange, type PlacedObject } from './object-diff.ts';

/** Manifests of one state of a stack; each call makes them anew, so that they need not all be held at once. */
export type ManifestSource = () => Iterable<ManifestFile>;

/**
 * Differences between two states of a stack.
 *
 * Files are told apart by digest first, and only the objects of those that differ are held: memory follows the size of
 * the change, not the number of tenants.
 */
export function diffManifests(before: ManifestSource, after: ManifestSource): readonly ObjectChange[] {
  const [old, now] = [digests(before), digests(after)];
  const differs = ({ path }: ManifestFile): boolean => old.get(path) !== now.get(path);
  const paths = new Set([...old.keys(), ...now.keys()]);
  if ([...paths].every((path) => !differs({ path, objects: [] }))) return [];
  return diffObjects(placedObjects(before, differs), placedObjects(after, differs));
}

function digests(source: ManifestSource): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { path, objects } of source()) {
    found.set(path, createHash('sha256').update(JSON.stringify(objects)).digest('base64'));
  }
  return found;
}

function placedObjects(source: ManifestSource, isWanted: (file: ManifestFile) => boolean): readonly PlacedObject[] {
  const placed: PlacedObject[] = [];
  for (const file of source()) {
    if (!isWanted(file)) continue;
    const place = { cluster: clusterOfFile(file), madeBy: isRendered(file) ? 'operator' : 'apply' } as const;
    for (const object of file.objects) placed.push({ ...place, object });
  }
  return placed;
}
