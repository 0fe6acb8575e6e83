import { describe, expect, test } from '@jest/globals';
import { KAFKA_IMAGES, KAFKA_VERSIONS } from '../../contracts/images.ts';
import { BUILT_IMAGES, imagesFor } from '../../local/images/build.ts';

const [newest, ...older] = KAFKA_VERSIONS;

describe('the images of a region', () => {
  test('have the newest Kafka, and no other that nobody asks for', () => {
    const ofOthers: readonly string[] = older.map((version) => KAFKA_IMAGES[version]);
    const wanted = BUILT_IMAGES.filter((name) => !ofOthers.includes(name));
    expect(imagesFor([])).toEqual(wanted);
    expect(imagesFor([newest])).toEqual(wanted);
    expect(wanted).toContain(KAFKA_IMAGES[newest]);
  });

  test.each(older)('have Kafka %s beside the newest where somebody asks for it', (version) => {
    expect(imagesFor([version])).toEqual(expect.arrayContaining([KAFKA_IMAGES[version], KAFKA_IMAGES[newest]]));
  });
});
