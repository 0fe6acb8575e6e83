import type { LocatedObject } from '../../policies/engine/cluster-index.ts';
import { synthesize, type ManifestFile } from '../../stacks/synthesis.ts';
import { linesOf } from '../../stacks/yaml.ts';
import type { RegionInput } from '../regions.ts';

/** Folder of a stack's manifests that holds what the operator will make, one folder per Kubernetes cluster in it. */
const RENDERED = 'rendered';

/**
 * Every object of a region with the place where it is or would be written, as policies want it.
 * `onFile` sees each file once, before its objects are given out.
 */
export function* locatedObjects(
  { config, outputs, images, exemptions }: RegionInput,
  onFile: (file: ManifestFile) => void,
  { lines = 'omitted' }: LocationOptions = {},
): Generator<LocatedObject> {
  for (const file of synthesize(config, outputs, images, { exemptions })) {
    onFile(file);
    const location = { file: `dist/${config.stack}/${file.path}`, cluster: clusterOf(config.stack, file.path) };
    const firstLines = lines === 'counted' ? linesOf(file.objects) : [];
    for (const [index, object] of file.objects.entries()) {
      const line = firstLines[index];
      yield line === undefined ? { object, ...location } : { object, ...location, line };
    }
  }
}

interface LocationOptions {
  /** Counting lines costs as much as writing the YAML. @default omitted */
  readonly lines?: 'counted' | 'omitted';
}

/** `main/…` and `rendered/main/…` go to the same Kubernetes cluster, and are judged as one. */
function clusterOf(stack: string, path: string): string {
  const [first = '', second = ''] = path.split('/');
  return `${stack}-${first === RENDERED ? second : first}`;
}
