import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runtimeFiles } from '../../local/images/source-files.ts';

const ROOT = join(import.meta.dirname, '..', '..');

test('every package that runs in the flotilla image is a dependency, not one of tests only', async () => {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const sources = (await runtimeFiles(ROOT)).filter((file) => file.endsWith('.ts'));
  const imports = sources.flatMap((file) => importedPackages(file).map((name) => ({ file, name })));
  expect(imports.some(({ name }) => name === 'commander')).toBe(true);
  expect(imports.filter(({ name }) => !(name in dependencies))).toEqual([]);
});

/** By statements that are there at run time: types are gone by then. */
function importedPackages(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const statements = text.matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?'([^.'][^']*)';/gm);
  return [...statements].flatMap(([, specifier = '']) => {
    if (specifier.startsWith('node:')) return [];
    return [
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    ];
  });
}
