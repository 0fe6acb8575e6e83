/** Feature ▶ level. */
export type Features = Readonly<Record<string, number>>;

/** The feature that says how the controllers write what they know. */
export const METADATA_VERSION = 'metadata.version';

/** Level of metadata.version from which on brokers can be cordoned: 4.3-IV0 (KIP-1066). */
export const CORDON_LEVEL = 30;

/**
 * What each release of Kafka finalizes when it is let to, as `kafka-features.sh version-mapping --release-version` of 4.3.1 says.
 * Left out is kraft.version: a cluster has it from its beginning.
 */
const RELEASES: Readonly<Record<string, Features>> = {
  '4.0': { [METADATA_VERSION]: 25, 'transaction.version': 2, 'group.version': 1 },
  '4.1': {
    [METADATA_VERSION]: 27,
    'transaction.version': 2,
    'group.version': 1,
    'eligible.leader.replicas.version': 1,
  },
  '4.2': {
    [METADATA_VERSION]: 29,
    'transaction.version': 2,
    'group.version': 1,
    'eligible.leader.replicas.version': 1,
    'share.version': 1,
    'streams.version': 1,
  },
  '4.3': {
    [METADATA_VERSION]: 30,
    'transaction.version': 2,
    'group.version': 1,
    'eligible.leader.replicas.version': 1,
    'share.version': 1,
    'streams.version': 1,
  },
};

/** Features of a Kafka version, as in 4.3.1; undefined of a release that is not known here. */
export function featuresOf(version: string): Features | undefined {
  return RELEASES[version.split('.').slice(0, 2).join('.')];
}

/** Level of metadata.version that a Kafka version understands at most; undefined of a release that is not known here. */
export function metadataLevelOf(version: string): number | undefined {
  return featuresOf(version)?.[METADATA_VERSION];
}
