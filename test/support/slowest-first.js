import { sep } from 'node:path';
import TestSequencer from '@jest/test-sequencer';

/**
 * Files that take minutes, by the end of their path, the longest first. On a fresh clone Jest knows no durations and goes by the
 * size of files: the longest of all is one of the smallest, ran last, and one core was idle meanwhile. A file that is missing
 * here costs time, and nothing else.
 */
const SLOWEST = [
  'operators/psc/kafka/kafka-conformance.e2e.ts',
  'operators/psc/fleet.e2e.ts',
  'operators/psc/credentials/cert-manager.e2e.ts',
  'operators/psc/kafka/kafka-port.e2e.ts',
  'images/built-images.e2e.ts',
  'local/pulumi-engine.e2e.ts',
  'local/pulumi-project.e2e.ts',
  'stacks/region-azure.e2e.ts',
  'stacks/region-aws.e2e.ts',
  'images/tier-plugin.e2e.ts',
  'stacks/region-gcp.e2e.ts',
  'stacks/tenant-state.e2e.ts',
  'operators/balancer/real-kafka.e2e.ts',
].map((path) => path.replaceAll('/', sep));

/** Jest asks for a class as the default export. */
export default class SlowestFirst extends TestSequencer {
  /** @override */
  sort(tests) {
    const known = new Map(tests.map((test) => [test, SLOWEST.findIndex((path) => test.path.endsWith(path))]));
    const rank = (test) => {
      const found = known.get(test) ?? -1;
      return found < 0 ? SLOWEST.length : found;
    };
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
}
