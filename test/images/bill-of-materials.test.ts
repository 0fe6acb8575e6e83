import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { coordinatesOf, formatJarLock, lockDifferences, parseJarLock } from '../../local/images/jar-lock.ts';
import { debianParts, mavenPart, npmPart, sbomText } from '../../local/images/sbom.ts';

const IMAGES = join(import.meta.dirname, '..', '..', 'images');
const HEX_DIGITS = '0123456789abcdef'.split('');
const hex = fc.string({ unit: fc.constantFrom(...HEX_DIGITS), minLength: 64, maxLength: 64 });
const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/);
const jar = fc
  .record({ group: word, artifact: word, version: word, sha256: hex })
  .map(({ group, artifact, version, sha256 }) => ({
    path: `${group}/${artifact}/${version}/${artifact}-${version}.jar`,
    sha256,
  }));
const jars = fc.uniqueArray(jar, { selector: ({ path }) => path });

describe('the lock of jars', () => {
  test('is read as it was written, in whatever order the jars came', () => {
    fc.assert(
      fc.property(jars, (list) => {
        const text = formatJarLock(list);
        expect(formatJarLock([...list].reverse())).toBe(text);
        expect(lockDifferences(parseJarLock(text), list)).toEqual([]);
      }),
    );
  });

  test('names a jar that was changed, one that was added and one that is missing', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ path: `g/${name}/1/${name}-1.jar`, sha256: name.repeat(64) }));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three jars');
    const changed = { ...a, sha256: 'f'.repeat(64) };
    expect(lockDifferences([a, b], [changed, c])).toEqual([
      `g/a/1/a-1.jar has the digest ${changed.sha256}, the lock has ${a.sha256}`,
      'g/c/1/c-1.jar is not in the lock',
      'g/b/1/b-1.jar is in the lock and was not fetched',
    ]);
  });

  test('is refused when a line is no digest and path', () => {
    expect(() => parseJarLock('abc  g/a/1/a-1.jar\n')).toThrow(/not a line of a jar lock: abc/);
  });

  test.each([
    ['kafka', 'kafka'],
    ['connect', 'connect'],
    ['connect', 'connect/plugin'],
    ['object-store', 'object-store'],
  ])('pins what the recipe of %s says, in %s', (image, module) => {
    const locked = parseJarLock(readFileSync(join(IMAGES, module, 'jars.sha256'), 'utf8')).map(({ path }) => {
      const { groupId, artifactId, version } = coordinatesOf(path);
      return `${groupId}:${artifactId}:${version}`;
    });
    const { parts } = JSON.parse(readFileSync(join(IMAGES, image, 'recipe.json'), 'utf8')) as {
      readonly parts: Readonly<Record<string, string>>;
    };
    const isPlugin = module.endsWith('/plugin');
    const wanted = Object.entries(parts).filter(([name]) => name.startsWith('io.debezium:') === isPlugin);
    expect(wanted.length).toBeGreaterThan(0);
    for (const [name, version] of wanted) expect(locked).toContain(`${name}:${version}`);
  });

  test('gives Connect no second copy of a class that its plugin shares with it', () => {
    const plugin = readFileSync(join(IMAGES, 'connect', 'plugin', 'jars.sha256'), 'utf8');
    expect(plugin).not.toMatch(/\/(?:connect-api|kafka-clients|slf4j-api|lz4-java|snappy-java|zstd-jni)\//);
    const tier = readFileSync(join(IMAGES, 'kafka', 'tier', 'jars.sha256'), 'utf8');
    expect(tier).not.toMatch(/\/(?:kafka-clients|kafka-storage-api|slf4j-api)\//);
  });
});

describe('the bill of materials of an image', () => {
  const status = `Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9+deb12u14
Description: GNU C Library
 Package: not a field

Package: removed
Status: deinstall ok config-files
Architecture: all
Version: 1
`;

  test('has what dpkg has installed, and nothing that it removed', () => {
    expect(debianParts(status)).toEqual([
      {
        name: 'libc6',
        version: '2.36-9+deb12u14',
        purl: 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12',
      },
    ]);
  });

  test('names jars and npm packages by their package URLs and digests', () => {
    expect(mavenPart(coordinatesOf('org/apache/kafka/kafka_2.13/4.3.1/kafka_2.13-4.3.1.jar'), 'ab')).toEqual({
      name: 'kafka_2.13',
      version: '4.3.1',
      purl: 'pkg:maven/org.apache.kafka/kafka_2.13@4.3.1',
      digest: { algorithm: 'SHA-256', hex: 'ab' },
    });
    expect(npmPart('@pulumi/aws', '7.48.0', 'sha512-AQI=')).toEqual({
      name: '@pulumi/aws',
      version: '7.48.0',
      purl: 'pkg:npm/%40pulumi/aws@7.48.0',
      digest: { algorithm: 'SHA-512', hex: '0102' },
    });
  });

  test('has each part once, in one order', () => {
    const [a, b] = [npmPart('a', '1', undefined), npmPart('b', '1', undefined)];
    const image = { name: 'kafka', version: '1' };
    expect(sbomText(image, [b, a, b])).toBe(sbomText(image, [a, b]));
    const bom = JSON.parse(sbomText(image, [b, a, b])) as { readonly components: readonly { readonly name: string }[] };
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(bom.components.map(({ name }) => name)).toEqual(['a', 'b']);
  });
});
