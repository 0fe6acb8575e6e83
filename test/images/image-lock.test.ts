import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { IMAGE_NAMES, imageReference, KAFKA_IMAGES, KAFKA_VERSIONS } from '../../contracts/images.ts';
import type { ImageName } from '../../contracts/images.ts';
import { ImageLockError, loadImageLock, readImageLock, recipeDigest } from '../../images/image-lock.ts';

const IMAGES = join(import.meta.dirname, '..', '..', 'images');
const LOCK = join(IMAGES, 'images.lock.json');
const lock = readImageLock(LOCK);

describe('the image lock', () => {
  test.each(IMAGE_NAMES.filter((name) => lock[name].provenance === 'recipe'))(
    'has the digest of the recipe of %s as it is now',
    (name) => {
      expect(lock[name].digest).toBe(recipeDigest(IMAGES, name));
      expect(recipe(name)).toMatchObject({ image: name, tag: lock[name].tag });
    },
  );

  test.each(IMAGE_NAMES.filter((name) => lock[name].provenance === 'published'))(
    'says where the digest of %s was looked up',
    (name) => {
      expect(lock[name].source).toMatch(/\d{4}-\d\d-\d\d/);
    },
  );

  test.each(KAFKA_VERSIONS)('pins the jars of the image of Kafka %s at the versions of its pom', (kafka) => {
    const name = KAFKA_IMAGES[kafka];
    const pom = readFileSync(join(IMAGES, name, 'pom.xml'), 'utf8');
    const version = (property: string) => new RegExp(`<${property}>(.*)</${property}>`).exec(pom)?.[1];
    expect(lock[name]).toMatchObject({ repository: 'kafka', tag: kafka });
    expect(version('kafka.version')).toBe(kafka);
    expect(recipe(name).parts).toEqual({
      'org.apache.kafka:kafka_2.13': kafka,
      'org.apache.kafka:kafka-tools': kafka,
      'org.apache.logging.log4j:log4j-core': version('log4j.version'),
      'org.apache.logging.log4j:log4j-slf4j-impl': version('log4j.version'),
      'io.prometheus.jmx:jmx_prometheus_javaagent': version('jmx-exporter.version'),
    });
  });

  test("takes images of our own from the region's registry and others from where they are", () => {
    const images = loadImageLock(LOCK, 'registry.example.com/flotilla');
    expect(imageReference(images.kafka)).toMatch(
      /^registry\.example\.com\/flotilla\/kafka:4\.3\.1@sha256:[a-f0-9]{64}$/,
    );
    expect(imageReference(images['external-dns'])).toMatch(/^registry\.k8s\.io\/external-dns\/external-dns:v/);
  });
});

describe('an image lock that is wrong', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-image-lock-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (text: string): string => {
    const file = join(folder, 'images.lock.json');
    writeFileSync(file, text);
    return file;
  };

  test('is refused with every problem at once', () => {
    const kafka = { ...lock.kafka, digest: 'sha256:abc', tag: '' };
    const { postgres: missing, ...rest } = lock;
    expect(missing.repository).toBe('postgres');
    const file = write(JSON.stringify({ ...rest, kafka, unknown: kafka }));
    expect(() => readImageLock(file)).toThrow(ImageLockError);
    expect(() => readImageLock(file)).toThrow(/kafka\.tag.*kafka\.digest.*postgres.*unknown/s);
  });

  test('is refused when it is no JSON, or not there', () => {
    expect(() => readImageLock(write('{'))).toThrow(ImageLockError);
    expect(() => readImageLock(join(folder, 'absent.json'))).toThrow(/ENOENT/);
  });
});

function recipe(name: ImageName): { readonly tag: string; readonly parts: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(join(IMAGES, name, 'recipe.json'), 'utf8')) as ReturnType<typeof recipe>;
}
