import type { Cloud } from '../../../contracts/cloud.ts';
import type { PropertiesSection } from './properties.ts';

/**
 * What a dozen Kafka processes that share one machine do otherwise. They ask each other less often whether there is news: news
 * itself ends each wait at once, so records and elections take no longer. And they prefer a cipher that their one compiler is
 * good at (jvm.ts): 4 KiB at a time, ChaCha20-Poly1305 encrypts 145 MB in a second of CPU and AES-GCM 34, whose instructions only
 * the other compiler uses (Java 17, `-XX:TieredStopAtLevel=1`).
 */
export function sharedMachineSections(cloud: Cloud, role: 'broker' | 'controller'): readonly PropertiesSection[] {
  if (cloud !== 'local') return [];
  return [
    {
      comment: 'Fewer questions at rest: all nodes share one machine.',
      settings: SETTINGS[role],
    },
    {
      comment: 'The cipher that costs least here first.',
      settings: { 'ssl.cipher.suites': CIPHER_SUITES.join(',') },
    },
  ];
}

const SETTINGS = {
  broker: {
    // Well below replica.lag.time.max.ms (30 s), after which a follower counts as out of sync.
    'replica.fetch.wait.max.ms': '2000',
    // A broker that comes back takes what it missed in pieces, between which there is time for what clients send now.
    'replica.fetch.response.max.bytes': '1048576',
  },
  // Every record that says nothing wakes each controller and broker twice.
  controller: { 'metadata.max.idle.interval.ms': '5000' },
} as const;

/** Of TLS 1.3 and, for clients that have no other, 1.2; certificates may be RSA or elliptic. */
const CIPHER_SUITES = [
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
] as const;
