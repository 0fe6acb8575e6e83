import type { KafkaView } from '../../../operators/psc/observed.ts';
import type { KafkaPort } from '../../../operators/psc/ports.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Caller } from './cluster-port.ts';
import { NetworkError, type Courier } from '../kernel/courier.ts';
import type { World } from './world.ts';

/** The process that asks, with its clock. */
export interface KafkaCaller extends Caller {
  readonly localMs: () => number;
}

/** Kafka as one operator process sees it: the kept view is up to some seconds old. */
export function kafkaPort(world: World, process: KafkaCaller, courier: Courier, random: Prng): KafkaPort {
  const { kafka, judge, scheduler } = world;
  let kept: KafkaView = { state: 'unreachable', reason: 'not asked yet' };
  let nextPollMs = 0;
  const write = (what: string, serve: () => void): Promise<void> => {
    judge.writeSent(process, what);
    return courier.send({
      what,
      kind: 'write',
      serve: () => {
        if (world.weather.kafka === 'unreachable' || kafka.quorum.leaderId < 0) throw new NetworkError('no controller');
        serve();
      },
    });
  };
  return {
    cached: () => {
      if (scheduler.nowMs >= nextPollMs) {
        kept = kafka.view(process.localMs());
        nextPollMs = scheduler.nowMs + random.int(1_000, 4_000);
      }
      return kept;
    },
    fresh: async () => {
      process.freshAtMs.kafka = scheduler.nowMs;
      const askedAtMs = process.localMs();
      try {
        // What is read is as it was when it was asked for, or a little later.
        return await courier.send({ what: 'ask Kafka', kind: 'read', serve: () => kafka.view(askedAtMs) });
      } catch {
        return { state: 'unreachable', reason: 'no answer' };
      }
    },
    shownCertificates: async (_psc, _held, freshness) => {
      if (freshness === 'cached') return world.credentials.shown();
      try {
        return await courier.send({
          what: 'look at certificates',
          kind: 'read',
          serve: () => world.credentials.shown(),
        });
      } catch {
        return new Map();
      }
    },
    loginAnswers: async () => {
      try {
        return await courier.send({ what: 'log in', kind: 'read', serve: () => world.passwords.answers() });
      } catch {
        return new Map();
      }
    },
    alterLogins: async (_psc, change, mark) => {
      // What was read of the Secret may reach Kafka late.
      const logins = world.passwords.other(mark);
      await write(`${change} logins`, () => {
        world.passwords.alter(change, logins);
      });
    },
    alterClusterSettings: (_psc, set, remove) =>
      write(`alter settings ${Object.keys(set).join(', ')}`, () => {
        kafka.alterSettings(set, remove);
      }),
    alterDefaultQuota: (_psc, values) =>
      write('alter quota', () => {
        kafka.alterQuota(values);
      }),
    electPreferred: (_psc, partitions) =>
      write('elect preferred leaders', () => {
        kafka.electPreferred(partitions);
      }),
    setCordon: (_psc, broker, cordon) =>
      write(`${cordon === 'present' ? 'cordon' : 'uncordon'} broker ${broker}`, () => {
        if (!kafka.isAlive(broker)) throw new NetworkError(`broker ${broker} does not answer`);
        judge.cordoned(broker, cordon);
        kafka.setCordon(broker, cordon);
      }),
    finishFeatures: (_psc, features) =>
      write(`finish ${JSON.stringify(features)}`, () => {
        judge.finished(features);
        kafka.features.finish(features, (id) => kafka.isRegistered(id));
      }),
    removeVoter: (_psc, voter) => {
      const decision = judge.decided(process, 'remove-voter');
      return write(`remove voter ${voter.id}`, () => {
        if (kafka.quorum.voteOf(voter.id) === voter.directory) judge.voteRemoved(decision, voter.id);
        kafka.quorum.remove(voter);
      });
    },
    addVoter: (_psc, voter) =>
      write(`add voter ${voter.id}`, () => {
        kafka.quorum.add(voter);
      }),
    unregisterBroker: (_psc, broker) =>
      write(`unregister broker ${broker}`, () => {
        judge.forgotten(broker);
        kafka.unregister(broker);
      }),
  };
}
