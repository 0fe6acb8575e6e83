import { apiVersionsV4, type Connection } from '@platformatic/kafka';

/** Level of metadata.version from which on brokers can be cordoned: 4.3-IV0 (KIP-1066). */
export const CORDON_LEVEL = 30;

/** Level of the feature metadata.version that the cluster has agreed upon; undefined where the broker does not say it. */
export async function readMetadataLevel(connection: Connection): Promise<number | undefined> {
  const { finalizedFeatures = [] } = await apiVersionsV4.api.async(connection, 'flotilla', '1');
  return finalizedFeatures.find(({ name }) => name === 'metadata.version')?.maxVersionLevel;
}
