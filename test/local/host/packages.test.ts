import { describe, expect, test } from '@jest/globals';
import { ensurePackages } from '../../../local/host/packages.ts';

const nothing = (): void => undefined;

describe('packages that are missing', () => {
  test('are installed by apt, after its lists are up to date, and only they', async () => {
    const calls: string[] = [];
    const missing = ['buildah', 'runc'];
    await ensurePackages({
      onProgress: nothing,
      missing: () => Promise.resolve([...missing]),
      apt: (args) => {
        calls.push(args.join(' '));
        if (args[0] === 'install') missing.length = 0;
        return Promise.resolve();
      },
    });
    expect(calls).toEqual(['update', 'install --yes --no-install-recommends buildah runc']);
  });

  test('that cannot be had are named, with the command that would install them', async () => {
    const failing = ensurePackages({
      onProgress: nothing,
      missing: () => Promise.resolve(['buildah']),
      apt: (args) => (args[0] === 'update' ? Promise.resolve() : Promise.reject(new Error('Unable to locate package'))),
    });
    await expect(failing).rejects.toThrow(
      /buildah could not be installed: .*Unable to locate package[^]*apt-get install --yes --no-install-recommends buildah/,
    );
  });

  test('that apt says it installed and are not there are no success', async () => {
    const failing = ensurePackages({
      onProgress: nothing,
      missing: () => Promise.resolve(['xfsprogs']),
      apt: () => Promise.resolve(),
    });
    await expect(failing).rejects.toThrow(/xfsprogs are installed and their programs still missing/);
  });

  test('are none: apt is left alone', async () => {
    await ensurePackages({
      onProgress: nothing,
      missing: () => Promise.resolve([]),
      apt: () => Promise.reject(new Error('apt was called')),
    });
  });
});
