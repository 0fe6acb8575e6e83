import { describe, expect, test } from '@jest/globals';
import { lacksOf, type Machine, thisMachine } from '../../../local/host/preflight.ts';

const GIB = 2 ** 30;
const FOLDER = '/var/lib/flotilla/local';
const GOOD: Machine = {
  platform: 'linux',
  architecture: 'x64',
  user: 'root',
  controlGroups: 'writable',
  memoryBytes: 8 * GIB,
  diskBytes: 20 * GIB,
  fileSystems: new Set(['ext4', 'xfs', 'overlay']),
  taken: [],
  missingPackages: [],
};

describe('a machine that can hold a region', () => {
  test('lacks nothing, packages included that root can have installed', () => {
    expect(lacksOf({ ...GOOD, missingPackages: ['runc'] }, FOLDER)).toEqual([]);
  });
});

describe('a machine that cannot', () => {
  const rows: readonly (readonly [string, Partial<Machine>, readonly RegExp[], RegExp])[] = [
    ['is not Linux', { platform: 'darwin', architecture: 'arm64' }, [/darwin on arm64/], /Linux machine/],
    ['is used without root', { user: 'other' }, [/need root/], /^run sudo \.\/flotilla up$/],
    [
      'lacks packages that only root can install',
      { user: 'other', missingPackages: ['buildah', 'runc'] },
      [/need root/, /missing: buildah, runc$/],
      /^sudo apt-get install --yes --no-install-recommends buildah runc$/,
    ],
    ['has no control groups', { controlGroups: 'unusable' }, [/control groups/], /\/sys\/fs\/cgroup/],
    ['is too small', { memoryBytes: 4 * GIB }, [/4\.0 GiB of memory/], /8 GiB or more/],
    ['has its disk full', { diskBytes: 0.5 * GIB }, [/0\.5 GiB of disk are free for \/var\/lib/], /FLOTILLA_STATE/],
    ['knows no XFS', { fileSystems: new Set(['overlay']) }, [/knows no xfs/], /modprobe xfs/],
    [
      'has the ports taken',
      { taken: [{ address: '127.87.0.1', port: 9094 }] },
      [/^127\.87\.0\.1:9094 is taken/],
      /sport = :9094/,
    ],
  ];

  test.each(rows)('%s: is told what, and what to do', (_title, machine, whats, remedy) => {
    const lacks = lacksOf({ ...GOOD, ...machine }, FOLDER);
    expect(lacks).toHaveLength(whats.length);
    for (const [index, what] of whats.entries()) expect(lacks[index]?.what).toMatch(what);
    expect(lacks.at(-1)?.remedy).toMatch(remedy);
  });

  test('is told of everything in one go', () => {
    const worst: Machine = Object.assign({}, GOOD, ...rows.map(([, machine]) => machine)) as Machine;
    expect(lacksOf(worst, FOLDER)).toHaveLength(8);
  });
});

test('a look at this machine finds the disk of a folder that is not there yet', async () => {
  const machine = await thisMachine({ folder: '/var/lib/no/such/folder', listens: [] });
  expect(machine.diskBytes).toBeGreaterThan(0);
  expect(machine.platform).toBe(process.platform);
});
