import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { pscNamespace } from '../../../contracts/names.ts';
import type { ClientPorts } from '../../../operators/client/ports.ts';
import { reconcileClient } from '../../../operators/client/reconcile-client.ts';
import type { ReconcileResult } from '../../../operators/psc/reconcile.ts';
import { exampleConnectPsc, exampleKsqlDbPsc } from '../../support/example-clients.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { eventually } from '../../support/kafka-wait.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS } from '../../local/test-control-plane.ts';
import { readyKafka } from '../connect/memory-cluster.ts';
import {
  DATA_PLANE,
  operatorOn,
  pscPath,
  type RealWorld,
  realWorld,
  WAIT_MAX_MS,
} from '../psc/kubernetes/real-world.ts';

jest.setTimeout(4 * WAIT_MAX_MS);

let real: RealWorld;
const ended = new AbortController();

beforeAll(async () => {
  real = await realWorld();
}, CONTROL_PLANE_START_TIMEOUT_MS);

afterAll(async () => {
  ended.abort();
  await real.stop();
}, CONTROL_PLANE_START_TIMEOUT_MS);

describe('on a real API server', () => {
  test.each([exampleConnectPsc('local', { secrets: ['db'] }), exampleKsqlDbPsc('local')])(
    'the objects of $metadata.name are taken, seen as they shall be, and then left alone',
    async (psc) => {
      const { name } = psc.metadata;
      await make(psc);
      const { port, cache } = operatorOn(real.api, ended.signal);
      await eventually({ what: 'the caches', withinMs: WAIT_MAX_MS }, () =>
        Promise.resolve(cache.isSynced() && port.cached(name) !== undefined ? true : undefined),
      );
      const writes: string[] = [];
      const ports = portsOn(port, writes);
      const pass = async (): Promise<ReconcileResult> => await reconcileClient(name, ports, { dataPlane: DATA_PLANE });
      const isMade = (): boolean =>
        port.cached(name)?.pods.length === 2 && port.cached(name)?.psc.status?.podsReady === '0/2';
      await eventually({ what: 'two pods', withinMs: WAIT_MAX_MS }, async () => {
        await pass();
        return isMade() ? true : undefined;
      });
      // What it has made comes back from the API server with defaults, and asks for nothing more.
      await eventually({ what: 'a pass that writes nothing', withinMs: WAIT_MAX_MS }, async () => {
        writes.length = 0;
        const { outcome } = await pass();
        return outcome === 'waiting' && writes.length === 0 ? true : undefined;
      });
      expect(port.cached(name)?.psc.status).toMatchObject({ podsReady: '0/2', observedGeneration: 1 });
    },
  );
});

async function make(psc: PhysicalStatefulCluster): Promise<void> {
  const namespace = pscNamespace(psc.metadata.name);
  await real.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    `/api/v1/namespaces/${namespace}`,
  );
  await eventually(
    { what: 'the PSC kind served', withinMs: WAIT_MAX_MS },
    async () => await real.apply(psc as unknown as KubernetesObject, pscPath(psc.metadata.name)),
  );
}

/** With a Kafka that counts as ready; pods are made by the real controllers, and run nowhere. */
function portsOn(cluster: ReturnType<typeof operatorOn>['port'], writes: string[]): ClientPorts {
  const kafka = readyKafka(examplePsc('local'));
  const never = (): Promise<never> => Promise.reject(new Error('no worker runs here'));
  const madeAtMs = Date.now();
  return {
    cluster: {
      ...cluster,
      cached: (name) =>
        name === kafka.metadata.name ? { psc: kafka, objects: new Map(), pods: [], claims: [] } : cluster.cached(name),
      apply: async (object) => {
        writes.push(`${object.kind} ${object.metadata.name}`);
        return await cluster.apply(object);
      },
      writeStatus: async (psc, status) => {
        writes.push('status');
        await cluster.writeStatus(psc, status);
      },
    },
    access: {
      state: () => Promise.resolve({ state: 'whole', logins: { mark: 'x', current: 'a', madeAtMs } }),
      grant: never,
      rotate: never,
      announce: never,
      revoke: never,
    },
    connect: {
      view: never,
      verdict: never,
      create: never,
      configure: never,
      pause: never,
      resume: never,
      restartFailed: never,
      remove: never,
    },
    clock: { nowMs: () => Date.now() },
    isLeader: () => true,
  };
}
