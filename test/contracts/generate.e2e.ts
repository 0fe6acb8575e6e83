import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  findDrift,
  GENERATED_FOLDER,
  generateContracts,
  lintContracts,
} from '../../contracts/generate/generate-contracts.ts';
import { findReleaseBreaches, RELEASED_FOLDER } from '../../contracts/generate/released-contract.ts';

// Each run compiles contracts/proto three times; this is a bound for a loaded machine, not an expectation.
const TIMEOUT_MS = 60_000;

describe('the generator', () => {
  let copy = '';
  beforeEach(async () => {
    copy = await mkdtemp(join(tmpdir(), 'flotilla-gen-'));
  });
  afterEach(() => rm(copy, { recursive: true, force: true }));

  it(
    'finds contracts/gen to be what contracts/proto says',
    async () => {
      expect(await findDrift()).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'finds a file that was edited by hand, one that is gone and one that nothing makes',
    async () => {
      await cp(GENERATED_FOLDER, copy, { recursive: true });
      await writeFile(join(copy, 'psc-types.ts'), `${await readFile(join(copy, 'psc-types.ts'), 'utf8')}// by hand\n`);
      await rm(join(copy, 'psc-crd.ts'));
      await writeFile(join(copy, 'old.ts'), '');
      expect(await findDrift(copy)).toEqual([
        { file: 'old.ts', kind: 'stale' },
        { file: 'psc-crd.ts', kind: 'missing' },
        { file: 'psc-types.ts', kind: 'changed' },
      ]);
    },
    TIMEOUT_MS,
  );

  it(
    'writes the same bytes twice, and the second time nothing',
    async () => {
      expect(await generateContracts(copy)).not.toEqual([]);
      expect(await generateContracts(copy)).toEqual([]);
      expect(await findDrift(copy)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it('finds contracts/proto in good style', () => expect(lintContracts()).resolves.toBeUndefined(), TIMEOUT_MS);

  it(
    'finds contracts/proto to keep what was released, and names what a record or a PSC would lose',
    async () => {
      expect(await findReleaseBreaches()).toEqual({ resource: [], wire: [] });
      const released = await Promise.all(
        ['wire.json', 'psc.json'].map((file) => readFile(join(RELEASED_FOLDER, file), 'utf8')),
      );
      const [wire = '', psc = ''] = released.map((text) => text.replaceAll('"passwords"', '"secrets"'));
      await writeFile(join(copy, 'wire.json'), wire);
      await writeFile(join(copy, 'psc.json'), psc);
      const breaches = await findReleaseBreaches(copy);
      expect(breaches.resource.map(({ path }) => path)).toEqual(['status.secrets']);
      expect(breaches.wire.join('\n')).toMatch(/Field "17" .*changed .*"secrets" to "passwords"/);
    },
    TIMEOUT_MS,
  );
});
