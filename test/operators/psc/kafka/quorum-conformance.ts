import { expect, test } from '@jest/globals';
import type { QuorumView } from '../../../../operators/psc/observed.ts';
import { RefusedError } from '../../../../operators/psc/ports.ts';
import { isrOf, partitionIn } from './kafka-hands.ts';
import type { KafkaGround } from './kafka-conformance.ts';

const CONTROLLERS = [1000, 1001, 1002];

export function quorumTests(ground: () => KafkaGround): void {
  test('one of three voters leads, and all of them are caught up', async () => {
    const { quorum } = await ground().hands.fresh();
    expect(CONTROLLERS).toContain(quorum.leaderId);
    expect(quorum.leaderEpoch).toBeGreaterThan(0);
    expect(quorum.voters.map(({ id }) => id).sort()).toEqual(CONTROLLERS);
    expect(laggards(quorum)).toEqual([]);
  });

  test('a follower that is killed counts as caught up for some seconds still, then not until it is back', async () => {
    const { world, hands } = ground();
    const [follower = 0] = followersIn((await hands.fresh()).quorum);
    await world.killController(follower);
    expect(laggards((await hands.fresh()).quorum)).toEqual([]);
    const { quorum } = await hands.freshWhere('a voter that is behind', (view) => laggards(view.quorum).length > 0);
    expect(laggards(quorum)).toEqual([follower]);
    expect(quorum.voters).toHaveLength(CONTROLLERS.length);
    await world.startController(follower);
    await hands.freshWhere('a voter that is back', (view) => laggards(view.quorum).length === 0);
  });

  test('a leader that is killed is followed by another under a higher epoch, and comes back as a follower', async () => {
    const { world, hands } = ground();
    const { quorum: before } = await hands.fresh();
    await world.killController(before.leaderId);
    const { quorum: after } = await hands.freshWhere('another leader', ({ quorum: { leaderId } }) => {
      return leaderId > 0 && leaderId !== before.leaderId;
    });
    expect(after.leaderEpoch).toBeGreaterThan(before.leaderEpoch);
    expect(laggards(after)).toEqual([before.leaderId]);
    await world.startController(before.leaderId);
    const { quorum: again } = await hands.freshWhere('it back', ({ quorum }) => laggards(quorum).length === 0);
    expect(again.leaderId).toBe(after.leaderId);
  });

  test('without a majority no quorum is shown and no write is taken; what was known of partitions stays, and no broker is fenced', async () => {
    const { world, hands } = ground();
    const { quorum, partitions } = await hands.fresh();
    const [follower = 0] = followersIn(quorum);
    await world.killController(quorum.leaderId);
    await world.killController(follower);
    const none = await hands.freshWhere('no quorum', (view) => view.quorum.leaderId === -1);
    expect(none.quorum).toEqual({ leaderId: -1, leaderEpoch: 0, voters: [], joining: [] });
    expect(none.partitions).toHaveLength(partitions.length);
    const sent = world.port.alterClusterSettings(world.psc, { 'log.retention.ms': '7200000' }, []);
    expect(await hands.failureOf(sent)).not.toBeInstanceOf(RefusedError);
    await world.killBroker(1);
    const blind = await hands.fresh();
    expect(blind.brokers.get(1)).toEqual({ id: 1, isFenced: false });
    expect(partitionIn(blind, 'paid', 1).leader).toBe(1);
    expect(isrOf(blind, 'paid', 1)).toEqual([0, 1, 2]);
    await world.startController(quorum.leaderId);
    await world.startController(follower);
    await hands.freshWhere('a fenced broker', (view) => view.brokers.get(1)?.isFenced === true);
    await world.startBroker(1);
    const back = await hands.allWell();
    await world.port.electPreferred(world.psc, back.partitions);
  });
}

function followersIn({ leaderId, voters }: QuorumView): readonly number[] {
  return voters.map(({ id }) => id).filter((id) => id !== leaderId);
}

function laggards({ voters }: QuorumView): readonly number[] {
  return voters.filter(({ isCaughtUp }) => !isCaughtUp).map(({ id }) => id);
}
