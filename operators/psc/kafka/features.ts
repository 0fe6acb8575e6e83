import { type Connection, FeatureUpgradeTypes, updateFeaturesV1 } from '@platformatic/kafka';
import type { Features } from '../kafka-releases.ts';
import { refusedForGood } from './alter-kafka.ts';
import { readApiVersions } from './api-versions.ts';
import type { BrokerConnections } from './broker-connections.ts';
import type { BrokerPlace } from './broker-places.ts';

/** What the cluster has agreed upon; undefined where the broker does not say it. */
export async function readFeatures(connection: Connection): Promise<Features | undefined> {
  const { finalizedFeatures = [] } = await readApiVersions(connection);
  if (finalizedFeatures.length === 0) return undefined;
  return Object.fromEntries(finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]));
}

/** Time that the broker gives the controllers; shorter than what the call itself is given. */
const UPDATE_MAX_MS = 3_000;

/**
 * Has the cluster agree upon features. Those that it has already are done. Never lowers one.
 *
 * @param through a broker that passes it on
 * @throws RefusedError with Kafka's words where some process does not know a feature at its level
 */
export async function finishFeatures(
  through: BrokerPlace,
  connections: BrokerConnections,
  features: Features,
): Promise<void> {
  const updates = Object.entries(features).map(([feature, maxVersionLevel]) => ({
    feature,
    maxVersionLevel,
    upgradeType: FeatureUpgradeTypes.UPGRADE,
  }));
  await refusedForGood(
    connections.call(
      through,
      (connection) => updateFeaturesV1.api.async(connection, UPDATE_MAX_MS, updates, false),
      'controllers',
    ),
  );
}
