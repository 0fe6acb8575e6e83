import { describe, expect, test } from '@jest/globals';
import { stageTimes } from './stage-times.ts';

describe('times of the stages of up', () => {
  test('are read from its lines, of those that ended', () => {
    const printed = '❯ nodes\n› kafka: building (3 s)\n✔ nodes [1m4s]\n✔ images [0.2s]\n❯ demo: Kafka ready\n';
    expect(stageTimes(printed)).toEqual([
      { title: 'nodes', seconds: 64 },
      { title: 'images', seconds: 0.2 },
    ]);
  });

  test('are not guessed', () => {
    expect(() => stageTimes('✔ nodes [soon]\n')).toThrow(/soon is no time/);
  });
});
