import { access, constants, readFile, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { SYSTEM_PATH } from './system-path.ts';

/** One thing that the machine lacks, and what to do about it. */
export interface Lack {
  readonly what: string;
  readonly remedy: string;
}

export interface PreflightOptions {
  /** Folder that the region will live in, or the nearest one above it that is there. */
  readonly folder: string;
  /** Addresses that forwarders will listen on. */
  readonly listens: readonly { readonly address: string; readonly port: number }[];
}

/** Debian packages that a region needs, by a program that each of them brings. */
export const PACKAGES: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  ip: 'iproute2',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  losetup: 'mount',
  iptables: 'iptables',
  nft: 'nftables',
  conntrack: 'conntrack',
  'mkfs.xfs': 'xfsprogs',
  buildah: 'buildah',
  mmdebstrap: 'mmdebstrap',
  '/usr/lib/cni/ptp': 'containernetworking-plugins',
};

/** What of a machine decides whether a region can live on it. */
export interface Machine {
  readonly platform: string;
  readonly architecture: string;
  readonly user: 'root' | 'other';
  readonly controlGroups: 'writable' | 'unusable';
  readonly memoryBytes: number;
  /** Free for the folder of the region. */
  readonly diskBytes: number;
  /** That the kernel knows. */
  readonly fileSystems: ReadonlySet<string>;
  /** Of those that forwarders will listen on, those that others listen on. */
  readonly taken: PreflightOptions['listens'];
  readonly missingPackages: readonly string[];
}

/** Looks at this machine. */
export async function thisMachine({ folder, listens }: PreflightOptions): Promise<Machine> {
  const disk = await statfs(await nearest(folder));
  const known = await readFile('/proc/filesystems', 'utf8').catch(() => '');
  const taken = await Promise.all(listens.map(async (listen) => ((await isFree(listen)) ? [] : [listen])));
  return {
    platform: process.platform,
    architecture: process.arch,
    user: process.getuid?.() === 0 ? 'root' : 'other',
    controlGroups: await controlGroups(),
    memoryBytes: totalmem(),
    diskBytes: disk.bavail * disk.bsize,
    fileSystems: new Set(known.split('\n').map((line) => line.trim().split(/\s+/).at(-1) ?? '')),
    taken: taken.flat(),
    missingPackages: await missingPackages(),
  };
}

/**
 * Everything that a machine lacks for a region in a folder, in one go. Packages are no lack for root, who can have them
 * installed.
 */
export function lacksOf(machine: Machine, folder: string): readonly Lack[] {
  return [
    ...platform(machine),
    ...user(machine),
    ...groups(machine),
    ...memory(machine),
    ...disk(machine, folder),
    ...fileSystems(machine),
    ...machine.taken.map(port),
  ];
}

/** Packages that have to be installed, in alphabetical order. */
export async function missingPackages(): Promise<readonly string[]> {
  const missing = await Promise.all(
    Object.entries(PACKAGES).map(async ([program, name]) => ((await isThere(program)) ? [] : [name])),
  );
  return [...new Set(missing.flat())].sort();
}

/** Of a region with a tenant of one CKU, with what the kernel needs beside it. */
const MEMORY_GIB = 7;
/** Three nodes with their images, the builds, and volumes that are not full. */
const DISK_GIB = 15;
const GIB = 2 ** 30;
const PROGRAM_FOLDERS = SYSTEM_PATH.split(delimiter);

function platform({ platform: system, architecture }: Machine): readonly Lack[] {
  if (system === 'linux' && architecture === 'x64') return [];
  const what = `this is ${system} on ${architecture}, and nodes are namespaces of Linux on x64`;
  return [{ what, remedy: 'run it on a Linux machine, a virtual one too (Debian 12 is what it is tested on)' }];
}

function user({ user: who, missingPackages: packages }: Machine): readonly Lack[] {
  if (who === 'root') return [];
  const root = { what: 'namespaces, mounts and control groups need root', remedy: 'run sudo ./flotilla up' };
  if (packages.length === 0) return [root];
  const what = `Debian packages are missing: ${packages.join(', ')}`;
  return [root, { what, remedy: `sudo apt-get install --yes --no-install-recommends ${packages.join(' ')}` }];
}

function groups(machine: Machine): readonly Lack[] {
  if (machine.controlGroups === 'writable') return [];
  const remedy = 'in a container, run it privileged with its own control group namespace; else mount /sys/fs/cgroup';
  return [{ what: 'control groups are not mounted, or cannot be written to', remedy }];
}

function memory({ memoryBytes }: Machine): readonly Lack[] {
  const gib = memoryBytes / GIB;
  if (gib >= MEMORY_GIB) return [];
  const what = `the machine has ${gib.toFixed(1)} GiB of memory, a region takes up to ${MEMORY_GIB}`;
  return [{ what, remedy: 'use a machine with 8 GiB or more' }];
}

function disk({ diskBytes }: Machine, folder: string): readonly Lack[] {
  const gib = diskBytes / GIB;
  if (gib >= DISK_GIB) return [];
  const what = `${gib.toFixed(1)} GiB of disk are free for ${folder}, a region takes up to ${DISK_GIB}`;
  return [{ what, remedy: 'free some, or name another folder with FLOTILLA_STATE' }];
}

function fileSystems(machine: Machine): readonly Lack[] {
  return ['xfs', 'overlay'].flatMap((name) =>
    machine.fileSystems.has(name) ? [] : [{ what: `the kernel knows no ${name}`, remedy: `load it: modprobe ${name}` }],
  );
}

function port({ address, port: number }: PreflightOptions['listens'][number]): Lack {
  const remedy = `end what listens there (ss -ltnp 'sport = :${number}' names it)`;
  return { what: `${address}:${number} is taken by another program`, remedy };
}

async function controlGroups(): Promise<Machine['controlGroups']> {
  const own = await readFile('/proc/self/cgroup', 'utf8').catch(() => '');
  const isWritable = await access('/sys/fs/cgroup', constants.W_OK).then(
    () => true,
    () => false,
  );
  return own !== '' && isWritable ? 'writable' : 'unusable';
}

async function nearest(folder: string): Promise<string> {
  const isReal = await access(folder).then(
    () => true,
    () => false,
  );
  return isReal || folder === '/' ? folder : await nearest(join(folder, '..'));
}

async function isFree({ address, port: number }: PreflightOptions['listens'][number]): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(number, address, () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
}

async function isThere(program: string): Promise<boolean> {
  const candidates = program.startsWith('/') ? [program] : PROGRAM_FOLDERS.map((folder) => join(folder, program));
  const found = await Promise.all(
    candidates.map((path) =>
      access(path, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
