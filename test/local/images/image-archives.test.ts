import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { imageReference } from '../../../contracts/images.ts';
import { readImageLock } from '../../../images/image-lock.ts';
import type { BuiltImages } from '../../../local/images/build.ts';
import { builtLock, imageArchives } from '../../../local/images/image-archives.ts';
import type { BuiltImage } from '../../../local/images/image-plans.ts';

const LOCK = readImageLock(join(import.meta.dirname, '../../../images/images.lock.json'));

function built(flotilla: string): BuiltImages {
  return new Map<BuiltImage, string>([
    ['flotilla', `/cache/image-flotilla-${flotilla}/image.tar`],
    ['kafka', '/cache/image-kafka-0123456789abcdef/image.tar'],
    ['pause', '/cache/image-pause-00ff00ff00ff00ff/image.tar'],
  ]);
}

describe('the lock of what was built', () => {
  it('names another image when it was built from something else, and no other than that', () => {
    const [before, after] = [builtLock(LOCK, built('aaaa')), builtLock(LOCK, built('bbbb'))];
    expect(imageReference(after.flotilla)).not.toBe(imageReference(before.flotilla));
    expect(after.kafka).toEqual(before.kafka);
    expect(builtLock(LOCK, built('aaaa'))).toEqual(before);
  });

  it('has digests of the usual form, and leaves what was not built as it is', () => {
    const lock = builtLock(LOCK, built('aaaa'));
    expect(lock.flotilla.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(lock.flotilla).toEqual({ ...LOCK.flotilla, digest: lock.flotilla.digest });
    expect(lock.postgres).toEqual(LOCK.postgres);
  });

  it('names what archives are found by, as the lock does too', () => {
    const archives = imageArchives(LOCK, built('aaaa'));
    const { repository, digest } = builtLock(LOCK, built('aaaa')).flotilla;
    const found = archives.find(({ archive }) => archive.includes('image-flotilla'));
    expect(found?.references).toEqual([`${repository}@${LOCK.flotilla.digest}`, `${repository}@${digest}`]);
  });
});
