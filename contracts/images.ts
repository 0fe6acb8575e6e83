/** Images that the platform runs. `images/images.lock.json` pins each by digest. */
export const IMAGE_NAMES = [
  'kafka',
  'kafka-4.2',
  'connect',
  'flotilla',
  'gateway',
  'external-dns',
  'cluster-autoscaler',
  'postgres',
  'object-store',
] as const;
export type ImageName = (typeof IMAGE_NAMES)[number];

export interface LockedImage {
  /** Repository below the region's registry for images of our own, whole for those of others. */
  readonly repository: string;
  readonly tag: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /**
   * `published`: the digest of what the registry serves. `recipe`: nobody has pushed the image yet, the digest is that
   * of its recipe (Containerfile and pins), stands in for it, and cannot be pulled.
   */
  readonly provenance: 'published' | 'recipe';
  /** Where the digest was looked up, and when; absent for images of our own. */
  readonly source?: string;
}

export type ImageLock = Readonly<Record<ImageName, LockedImage>>;

/** Versions of Apache Kafka that clusters may run, the newest first: what images are there of, and the configuration was proven on. */
export const KAFKA_VERSIONS = ['4.3.1', '4.2.1'] as const;
export type KafkaVersion = (typeof KAFKA_VERSIONS)[number];

/** The image of each Kafka version. */
export const KAFKA_IMAGES = {
  '4.3.1': 'kafka',
  '4.2.1': 'kafka-4.2',
} as const satisfies Readonly<Record<KafkaVersion, ImageName>>;

/** Whole reference of an image, as in `registry.example/kafka:4.3.1@sha256:…`. */
export function imageReference(image: LockedImage): string {
  return `${image.repository}:${image.tag}@${image.digest}`;
}
