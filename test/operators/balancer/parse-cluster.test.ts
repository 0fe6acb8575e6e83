import { describe, expect, it } from '@jest/globals';
import { changeModel } from '../../../operators/balancer/model/change-model.ts';
import { parseCluster } from '../../../operators/balancer/model/parse-cluster.ts';
import { broker, CAPACITY, modelOf, partition } from './clusters.ts';

const violations = (input: unknown): readonly string[] => {
  const parsed = parseCluster(input);
  return parsed.ok ? [] : parsed.violations.map(({ path, rule }) => `${path} ${rule}`);
};

const BROKERS = [broker(0), broker(1), broker(2)];

describe('the input of the balancer', () => {
  it('is told all that is wrong with it at once, each with its path', () => {
    const rackless = { ...broker(3), rack: undefined };
    const input = {
      brokers: [
        ...BROKERS,
        rackless,
        { ...broker(4), capacity: { ...CAPACITY, disk: 0 } },
        broker(0),
        { ...broker(5), state: 'sleepy' },
      ],
      partitions: [
        { ...partition('a', 0, [0, 1, 9]), size: undefined },
        { ...partition('a', 1, [0, 0]), nwIn: -1, cpu: NaN },
        { ...partition('a', 2, [0, 1]), leader: 2 },
        partition('a', 2, [0, 1]),
        partition('', -1, []),
      ],
    };
    expect(violations(input)).toEqual([
      'brokers[3].rack must name the rack (the zone) of the broker',
      'brokers[4].capacity.disk must be greater than zero',
      'brokers[5].id must be the id of one broker only',
      'brokers[6].state must be one of alive, new, cordoned, demoted, draining, dead',
      'partitions[0].replicas[2] must be the id of a broker',
      'partitions[0].size must be a load from 0 to 8589934592',
      'partitions[1].replicas[1] must not repeat a broker',
      'partitions[1].nwIn must be a load from 0 to 8589934592',
      'partitions[1].cpu must be a load from 0 to 1024',
      'partitions[2].leader must be one of the replicas',
      'partitions[3] must be told only once',
      'partitions[4].topic must be the name of a topic',
      'partitions[4].partition must be a whole number from 0',
      'partitions[4].replicas must be a list of 1 to 100 broker ids',
      'partitions[4].leader must be one of the replicas',
    ]);
  });

  it('must be an object with brokers, one of which can hold something', () => {
    expect(violations(null)[0]).toBe(' must be an object with brokers and partitions');
    expect(violations({ brokers: [broker(0, 'dead')], partitions: [] })).toEqual([
      'brokers must have one at least that is neither dead nor draining',
    ]);
  });

  it('becomes the same model in whatever order it is told', () => {
    const partitions = [partition('b', 0, [2, 0]), partition('a', 10, [0, 1]), partition('a', 9, [1, 2])];
    const turned = partitions.toReversed().map((each) => ({ ...each, replicas: each.replicas.toReversed() }));
    expect(modelOf({ brokers: BROKERS.toReversed(), partitions: turned })).toEqual(
      modelOf({ brokers: BROKERS, partitions }),
    );
  });
});

describe('a change of a model', () => {
  const input = { brokers: BROKERS, partitions: [partition('a', 0, [0, 1]), partition('a', 1, [1, 2])] };

  it('is the same as the model of the changed cluster, and leaves the old one as it was', () => {
    const model = modelOf(input);
    const untouched = structuredClone(model);
    const changed = changeModel(model, {
      brokers: [{ id: 2, state: 'draining' }],
      partitions: [
        { topic: 'a', partition: 0, loads: { disk: 1, nwIn: 2, nwOut: 3, cpu: 4 } },
        { topic: 'a', partition: 1, placement: { replicas: [2, 0], leader: 0 } },
      ],
    });
    const anew = modelOf({
      brokers: [broker(0), broker(1), broker(2, 'draining')],
      partitions: [
        partition('a', 0, [0, 1], { size: 1, nwIn: 2, nwOut: 3, cpu: 4 }),
        { ...partition('a', 1, [2, 0]), leader: 0 },
      ],
    });
    expect(changed).toEqual({ ok: true, value: anew });
    expect(model).toEqual(untouched);
  });

  it('is told all that is wrong with it', () => {
    const changed = changeModel(modelOf(input), {
      brokers: [{ id: 9, state: 'dead' }],
      partitions: [
        { topic: 'z', partition: 0 },
        { topic: 'a', partition: 0, loads: { disk: -1, nwIn: 0, nwOut: 0, cpu: 0 } },
        { topic: 'a', partition: 0, placement: { replicas: [0, 0], leader: 0 } },
        { topic: 'a', partition: 1, placement: { replicas: [0, 1], leader: 2 } },
      ],
    });
    expect(changed.ok ? [] : changed.violations.map(({ path }) => path)).toEqual([
      'brokers[0].id',
      'partitions[0]',
      'partitions[1].loads.disk',
      'partitions[2].placement.replicas',
      'partitions[3].placement.leader',
    ]);
  });
});
