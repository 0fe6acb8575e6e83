import type { StoredPsc } from '../../../operators/psc/observed.ts';
import { type KafkaPort, RefusedError } from '../../../operators/psc/ports.ts';
import type { KafkaConformanceWorld } from '../../operators/psc/kafka/kafka-conformance-world.ts';
import { EXAMPLE_PLACES, examplePsc } from '../../support/example-psc.ts';
import { Prng } from '../kernel/prng.ts';
import { Trace } from '../kernel/trace.ts';
import { Courier } from '../kernel/courier.ts';
import { driven } from './driven.ts';
import type { KafkaModel } from './kafka-model.ts';
import { kafkaPort } from './kafka-port.ts';
import { World } from './world.ts';

const SEED = 1;
const STEP_MS = 500;
/** Virtual time that anything may take. */
const PATIENCE_MS = 20 * 60_000;
const BROKERS = [0, 1, 2];
const CONTROLLERS = [1000, 1001, 1002];

/** The model of Kafka under the hands of the conformance tests, with nobody else at work in it. */
export async function simulatedKafkaWorld(): Promise<KafkaConformanceWorld> {
  const world = new World(SEED, () => Promise.resolve({ lookAgainMs: PATIENCE_MS }), new Trace());
  const { scheduler, kafka } = world;
  const elapse = (isDone: () => boolean, patienceMs = PATIENCE_MS): Promise<void> =>
    scheduler.runUntil(scheduler.nowMs + patienceMs, isDone);
  const startBroker = async (id: number, how: 'clean' | 'recovering'): Promise<void> => {
    let isListening = false;
    const zone = EXAMPLE_PLACES.local.zones[id % EXAMPLE_PLACES.local.zones.length] ?? '';
    kafka.startBroker(id, zone, how, () => {
      isListening = true;
    });
    await elapse(() => isListening);
  };
  const crashed = new Set<number>();
  for (const id of CONTROLLERS) kafka.quorum.start(id);
  await Promise.all(BROKERS.map((id) => startBroker(id, 'clean')));
  return {
    port: portTo(world),
    psc: storedExample(),
    createTopic: async (name, replicas, options) => {
      kafka.createTopic(name, replicas, options?.minIsr ?? DEFAULT_MIN_ISR);
      await elapse(() => true, STEP_MS);
    },
    placeTopic: async (name, partitions, factor) => {
      placeTopic(kafka, name, partitions, factor);
      await elapse(() => true, STEP_MS);
    },
    reassign: async (topic, partition, replicas) => {
      kafka.reassign(topic, partition, replicas);
      await elapse(() => false, STEP_MS);
    },
    stopBroker: async (id) => {
      let hasStopped = false;
      kafka.stopBroker(id, () => {
        hasStopped = true;
      });
      await elapse(() => hasStopped);
    },
    killBroker: (id) => {
      crashed.add(id);
      kafka.crashBroker(id);
      return Promise.resolve();
    },
    startBroker: (id) => startBroker(id, crashed.delete(id) ? 'recovering' : 'clean'),
    killController: (id) => {
      kafka.quorum.stop(id);
      return Promise.resolve();
    },
    startController: (id) => {
      kafka.quorum.start(id);
      return Promise.resolve();
    },
    silence: () => {
      world.changeWeather({ kafka: 'unreachable' });
      return Promise.resolve(() => {
        world.changeWeather({ kafka: 'reachable' });
        return Promise.resolve();
      });
    },
    nowMs: () => scheduler.nowMs,
    eventually: async (what, look) => {
      const deadlineMs = scheduler.nowMs + PATIENCE_MS;
      for (;;) {
        const found = await look();
        if (found !== undefined) return found;
        if (scheduler.nowMs > deadlineMs) throw new Error(`${what}: not within ${PATIENCE_MS} ms of virtual time`);
        await scheduler.runUntil(scheduler.nowMs + STEP_MS);
      }
    },
    stop: () => Promise.resolve(),
  };
}

const DEFAULT_MIN_ISR = 2;

/** A topic whose replicas Kafka places: on brokers that serve and are not cordoned. @throws RefusedError where they are too few */
function placeTopic(kafka: KafkaModel, topic: string, partitions: number, factor: number): void {
  const ids = kafka.brokerIds().filter((id) => kafka.isServing(id) && !kafka.isCordoned(id));
  if (ids.length < factor)
    throw new RefusedError(`replication factor ${factor}, and ${ids.length} brokers take replicas`);
  const replicas = Array.from({ length: partitions }, (_, partition) =>
    Array.from({ length: factor }, (_each, index) => ids[(partition + index) % ids.length] ?? -1),
  );
  kafka.createTopic(topic, replicas, 1);
}

function storedExample(): StoredPsc {
  const example = examplePsc('local');
  return {
    ...example,
    metadata: { ...example.metadata, uid: 'uid-of-orders', resourceVersion: '1', generation: 1 },
  };
}

function portTo(world: World): KafkaPort {
  const { scheduler } = world;
  const courier = new Courier({
    scheduler,
    random: new Prng(SEED),
    weather: () => world.weather,
    crash: () => undefined,
    pause: () => undefined,
    isGone: () => false,
    pausedUntilMs: () => 0,
    onInjected: () => undefined,
  });
  const caller = { holder: 'operator', freshAtMs: { cluster: 0, kafka: 0 }, localMs: () => scheduler.nowMs };
  const port = kafkaPort(world, caller, courier, new Prng(SEED));
  const drive = driven(scheduler, PATIENCE_MS);
  return {
    cached: (psc) => port.cached(psc),
    fresh: (psc) => drive(port.fresh(psc)),
    shownCertificates: (psc, held, freshness) => drive(port.shownCertificates(psc, held, freshness)),
    loginAnswers: (psc) => drive(port.loginAnswers(psc)),
    alterLogins: (psc, change, mark) => drive(port.alterLogins(psc, change, mark)),
    alterClusterSettings: (psc, set, remove) => drive(port.alterClusterSettings(psc, set, remove)),
    alterDefaultQuota: (psc, values) => drive(port.alterDefaultQuota(psc, values)),
    electPreferred: (psc, partitions) => drive(port.electPreferred(psc, partitions)),
    setCordon: (psc, broker, cordon) => drive(port.setCordon(psc, broker, cordon)),
    unregisterBroker: (psc, broker) => drive(port.unregisterBroker(psc, broker)),
    finishFeatures: (psc, features) => drive(port.finishFeatures(psc, features)),
    addVoter: (psc, voter) => drive(port.addVoter(psc, voter)),
    removeVoter: (psc, voter) => drive(port.removeVoter(psc, voter)),
  };
}
