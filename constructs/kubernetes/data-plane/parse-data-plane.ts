import { CLOUDS } from '../../../contracts/cloud.ts';
import type { DataPlane } from '../../../contracts/data-plane.ts';
import { IMAGE_NAMES } from '../../../contracts/images.ts';
import { type Parsed, parsedUnless, type Violation } from '../../../contracts/parsed.ts';

/** The {@link DataPlane} of a file that `dataPlaneJson` has written, or all that is wrong with the file. */
export function parseDataPlane(json: string): Parsed<DataPlane> {
  const content = contentOf(json);
  if (content === undefined)
    return { ok: false, violations: [{ path: '', value: json.slice(0, 40), rule: 'a JSON object' }] };
  const violations = [
    ...textViolations(content),
    ...(CLOUDS.some((cloud) => cloud === content['cloud'])
      ? []
      : [{ path: 'cloud', value: content['cloud'], rule: `one of ${CLOUDS.join(', ')}` }]),
    ...zoneViolations(content['zones']),
    ...imageViolations(content['images']),
  ];
  return parsedUnless(violations, () => content as unknown as DataPlane);
}

type Content = Readonly<Record<string, unknown>>;

function contentOf(json: string): Content | undefined {
  try {
    const content: unknown = JSON.parse(json);
    return isRecord(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

function textViolations(content: Content): readonly Violation[] {
  return (['region', 'kubernetesCluster', 'domain'] as const)
    .filter((path) => !isText(content[path]))
    .map((path) => ({ path, value: content[path], rule: 'a text that is not empty' }));
}

function zoneViolations(zones: unknown): readonly Violation[] {
  if (Array.isArray(zones) && zones.length > 0 && zones.every(isText)) return [];
  return [{ path: 'zones', value: zones, rule: 'a list of at least one zone' }];
}

function imageViolations(images: unknown): readonly Violation[] {
  if (!isRecord(images)) return [{ path: 'images', value: images, rule: 'the images of the platform by name' }];
  return IMAGE_NAMES.flatMap((name): readonly Violation[] => {
    const image = images[name];
    const isWhole = isRecord(image) && ['repository', 'tag', 'digest'].every((field) => isText(image[field]));
    return isWhole
      ? []
      : [{ path: `images.${name}`, value: image, rule: 'an image with a repository, a tag and a digest' }];
  });
}

function isRecord(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
