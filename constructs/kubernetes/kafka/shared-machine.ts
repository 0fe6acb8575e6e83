import type { Cloud } from '../../../contracts/cloud.ts';
import type { PropertiesSection } from './properties.ts';

/**
 * What a dozen Kafka processes that share one machine leave out while nothing happens: they ask each other less often whether
 * there is news. News itself ends each wait at once, so records and elections take no longer.
 */
export function sharedMachineSections(cloud: Cloud, role: 'broker' | 'controller'): readonly PropertiesSection[] {
  if (cloud !== 'local') return [];
  return [
    {
      comment: 'Fewer questions at rest: all nodes share one machine.',
      settings: SETTINGS[role],
    },
  ];
}

const SETTINGS = {
  // Well below replica.lag.time.max.ms (30 s), after which a follower counts as out of sync.
  broker: { 'replica.fetch.wait.max.ms': '2000' },
  // Every record that says nothing wakes each controller and broker twice.
  controller: { 'metadata.max.idle.interval.ms': '5000' },
} as const;
