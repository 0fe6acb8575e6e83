import { expect, test } from '@jest/globals';
import { CORDON_LEVEL, METADATA_VERSION } from '../../../../operators/psc/kafka-releases.ts';
import { RefusedError } from '../../../../operators/psc/ports.ts';
import type { KafkaGround } from './kafka-conformance.ts';
import { isWhole, ofTopic } from './kafka-hands.ts';

/** What the operator takes for granted of brokers that it takes away. */
export function leavingTests(ground: () => KafkaGround): void {
  test('a cluster that was made by this version knows cordons', async () => {
    const { features } = await ground().hands.fresh();
    expect(features?.[METADATA_VERSION]).toBeGreaterThanOrEqual(CORDON_LEVEL);
  });

  test('features that are finished are so once more without a word, and one that nobody knows is refused', async () => {
    const { world, hands } = ground();
    const { features = {} } = await hands.fresh();
    await world.port.finishFeatures(world.psc, { [METADATA_VERSION]: features[METADATA_VERSION] ?? 0 });
    const unknown = world.port.finishFeatures(world.psc, { [METADATA_VERSION]: 9_999 });
    expect(await hands.failureOf(unknown)).toBeInstanceOf(RefusedError);
    expect((await hands.fresh()).features).toEqual(features);
  });

  test('a broker that is cordoned says so, and Kafka puts nothing new on it until it is so no longer', async () => {
    const { world, hands } = ground();
    const isCordoned = async (cordoned: boolean): Promise<void> => {
      await hands.freshWhere('the cordon', ({ brokers }) => brokers.get(2)?.disk?.isCordoned === cordoned);
    };
    await isCordoned(false);
    // Twice: it is said again where nobody knows whether it has been heard.
    await world.port.setCordon(world.psc, 2, 'present');
    await world.port.setCordon(world.psc, 2, 'present');
    await isCordoned(true);
    await world.eventually('a topic that finds too few brokers', async () => {
      const name = `refused-${Math.round(world.nowMs())}`;
      return await world.placeTopic(name, 1, 3).then(
        () => undefined,
        () => true,
      );
    });
    await world.placeTopic('placed', 6, 2);
    const view = await hands.freshWhere('the topic', (seen) => ofTopic(seen, 'placed').length === 6);
    expect(ofTopic(view, 'placed').flatMap(({ replicas }) => replicas)).not.toContain(2);
    await world.port.setCordon(world.psc, 2, 'absent');
    await world.port.setCordon(world.psc, 2, 'absent');
    await isCordoned(false);
    await world.eventually('a topic that finds enough brokers', async () => {
      const name = `taken-${Math.round(world.nowMs())}`;
      return await world.placeTopic(name, 1, 3).then(
        () => true,
        () => undefined,
      );
    });
  });

  test('a cordon outlives the process of its broker', async () => {
    const { world, hands } = ground();
    await world.port.setCordon(world.psc, 2, 'present');
    await world.stopBroker(2);
    await world.startBroker(2);
    await hands.freshWhere('the cordon', ({ brokers }) => brokers.get(2)?.disk?.isCordoned === true);
    await world.port.setCordon(world.psc, 2, 'absent');
    await hands.freshWhere('no cordon', ({ brokers }) => brokers.get(2)?.disk?.isCordoned === false);
  });

  test('a broker that has stopped is forgotten, again without a fault, and is known again when it starts', async () => {
    const { world, hands } = ground();
    await world.stopBroker(2);
    await hands.freshWhere('a fenced broker', ({ brokers }) => brokers.get(2)?.isFenced === true);
    await world.port.unregisterBroker(world.psc, 2);
    await hands.freshWhere('two brokers', ({ brokers }) => brokers.size === 2);
    await world.port.unregisterBroker(world.psc, 2);
    // What its partitions name stays as it is: whoever has it forgotten must have looked before.
    expect(ofTopic(await hands.fresh(), 'paid').every(({ replicas }) => replicas.includes(2))).toBe(true);
    await world.startBroker(2);
    await hands.freshWhere('three brokers', ({ brokers }) => brokers.get(2)?.isFenced === false);
    await hands.freshWhere('replicas that have caught up', (view) =>
      ofTopic(view, 'paid').every((each) => isWhole(each)),
    );
  });
}
