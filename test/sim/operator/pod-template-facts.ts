import { metadataLevelOf } from '../../../operators/psc/kafka-releases.ts';
import type { ApiModel } from './api-model.ts';
import { fieldOf } from './apply-intent.ts';
import { VERSION_TAG } from './upgrades.ts';

/** Images with this in their digest cannot be pulled. */
export const BAD_IMAGE_MARK = 'bad0bad0';
/** Kafka ends at its start with this setting. */
export const BAD_SETTING = { 'group.max.size': '-1' } as const;
/** No node has so much. */
export const TOO_MUCH_CPU_MILLIS = 200_000;

/** What the kubelet and the scheduler make of a pod template. */
export interface TemplateFacts {
  readonly isImageBad: boolean;
  readonly isTooLarge: boolean;
  readonly configMaps: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Level of metadata.version that its Kafka knows at most. */
  readonly metadataLevel: number;
}

export function templateFacts(template: unknown): TemplateFacts {
  const containers = fieldOf(template, 'spec', 'containers');
  const kafka: unknown = Array.isArray(containers) ? containers[0] : undefined;
  const cpu = Number.parseInt(String(fieldOf(kafka, 'resources', 'requests', 'cpu')), 10);
  const volumes = fieldOf(template, 'spec', 'volumes');
  const sources: readonly unknown[] = Array.isArray(volumes)
    ? volumes.flatMap((volume: unknown): readonly unknown[] => {
        const list = fieldOf(volume, 'projected', 'sources');
        return fieldOf(volume, 'name') === 'config' && Array.isArray(list) ? (list as readonly unknown[]) : [];
      })
    : [];
  const image = String(fieldOf(kafka, 'image'));
  return {
    isImageBad: image.includes(BAD_IMAGE_MARK),
    metadataLevel: metadataLevelOf(VERSION_TAG.exec(image)?.[1] ?? '') ?? 0,
    isTooLarge: cpu >= TOO_MUCH_CPU_MILLIS,
    configMaps: sources.map((source) => String(fieldOf(source, 'configMap', 'name'))),
    annotations: (fieldOf(template, 'metadata', 'annotations') ?? {}) as Readonly<Record<string, string>>,
  };
}

/** Files that a pod of the template reads at its start; undefined while one of its ConfigMaps is missing. */
export function filesOf({ configMaps }: TemplateFacts, api: ApiModel): Readonly<Record<string, string>> | undefined {
  const stored = api.objectsOfKind('ConfigMap');
  const maps = configMaps.map((name) => stored.find(({ metadata }) => metadata.name === name));
  if (maps.some((map) => map === undefined)) return undefined;
  return Object.assign({}, ...maps.map((map) => fieldOf(map, 'data'))) as Readonly<Record<string, string>>;
}

/** Whether Kafka starts with these files. */
export function isConfigBad(files: Readonly<Record<string, string>>): boolean {
  const [[key, value] = []] = Object.entries(BAD_SETTING);
  return Object.values(files).some((content) => content.includes(`\n${key}=${value}\n`));
}
