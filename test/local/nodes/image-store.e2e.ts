import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePackages } from '../../../local/host/packages.ts';
import { imageStore, seedImages } from '../../../local/nodes/image-store.ts';
import type { ImageArchive } from '../../../local/nodes/images.ts';
import type { NodeLayout } from '../../../local/region/layout.ts';

const UNPACK_MAX_MS = 120_000;

jest.setTimeout(UNPACK_MAX_MS);

describe('a store of images', () => {
  let root: string;
  let cache: string;
  beforeEach(async () => {
    await ensurePackages({ onProgress: () => undefined });
    root = mkdtempSync(join(tmpdir(), 'flotilla-store-'));
    cache = join(root, 'cache');
    mkdirSync(cache);
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  test('gives nodes the same files of a layer, and each a database of its own', async () => {
    const store = await imageStore([image('one', 'content of one')], { root: cache });
    const [a, b] = [node('a'), node('b')];
    await Promise.all([seedImages(a, store), seedImages(b, store)]);
    const [ofA, ofB] = [a, b].map((each) => only(filesOf(each.folder).filter((file) => file.endsWith('/fs/file'))));
    expect(readFileSync(ofA ?? '', 'utf8')).toBe('content of one');
    expect(statSync(ofA ?? '').ino).toBe(statSync(ofB ?? '').ino);
    const databases = [a, b].map(({ folder }) => filesOf(folder).filter((file) => file.endsWith('.db')));
    expect(databases[0]).toHaveLength(2);
    const inodes = [...databases.flat(), ...filesOf(store).filter((file) => file.endsWith('.db'))].map(
      (file) => statSync(file).ino,
    );
    expect(new Set(inodes).size).toBe(6);
  });

  test('copies to a node on another file system, and a node that cannot be written says why', async () => {
    const store = await imageStore([image('one', 'content of one')], { root: cache });
    const elsewhere = mkdtempSync('/dev/shm/flotilla-store-');
    try {
      expect(statSync(elsewhere).dev).not.toBe(statSync(store).dev);
      const far = { folder: join(elsewhere, 'far') } as NodeLayout;
      await seedImages(far, store);
      expect(contents(far.folder)).toEqual(['content of one']);
      expect(readdirSync(far.folder)).toEqual(['containerd']);
      writeFileSync(join(elsewhere, 'file'), '');
      await expect(seedImages({ folder: join(elsewhere, 'file') } as NodeLayout, store)).rejects.toThrow(
        /ENOTDIR|EEXIST/,
      );
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  test('leaves a node alone that has images already, and one that was cut off is seeded anew', async () => {
    const store = await imageStore([image('one', 'content of one')], { root: cache });
    const kept = node('kept');
    mkdirSync(join(kept.folder, 'containerd'), { recursive: true });
    await seedImages(kept, store);
    expect(readdirSync(join(kept.folder, 'containerd'))).toEqual([]);
    const cut = node('cut');
    mkdirSync(join(cut.folder, 'containerd.part', 'half'), { recursive: true });
    await seedImages(cut, store);
    expect(existsSync(join(cut.folder, 'containerd', 'half'))).toBe(false);
    expect(filesOf(cut.folder).some((file) => file.endsWith('/fs/file'))).toBe(true);
  });

  test('of other images keeps what they have in common, and drops what no one wants any more', async () => {
    const [one, two, three] = [image('one', '1'), image('two', '2'), image('three', '3')];
    const first = await imageStore([one, two], { root: cache });
    const second = await imageStore([two, three], { root: cache });
    expect(second).not.toBe(first);
    expect(contents(first)).toEqual(['1', '2']);
    expect(contents(second)).toEqual(['2', '3']);
    expect(await imageStore([two, three], { root: cache })).toBe(second);
  });

  test('that cannot be made says why, and is not there', async () => {
    const broken = { ...image('broken', 'x'), archive: join(root, 'broken.tar') };
    writeFileSync(broken.archive, 'no archive');
    await expect(imageStore([broken], { root: cache })).rejects.toThrow(/the images could not be unpacked/);
    expect(readdirSync(cache)).toEqual([]);
  });

  function node(name: string): NodeLayout {
    return { folder: join(root, 'nodes', name) } as NodeLayout;
  }

  /** An archive in the layout of the Open Container Initiative, of one layer with one file. */
  function image(name: string, content: string): ImageArchive {
    const layout = join(root, `layout-${name}`);
    const blobs = join(layout, 'blobs', 'sha256');
    mkdirSync(blobs, { recursive: true });
    const blob = (mediaType: string, bytes: string | Buffer): { mediaType: string; digest: string; size: number } => {
      const hex = createHash('sha256').update(bytes).digest('hex');
      writeFileSync(join(blobs, hex), bytes);
      return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(bytes) };
    };
    const media = (kind: string): string => `application/vnd.oci.image.${kind}`;
    writeFileSync(join(layout, 'file'), content);
    const layer = blob(media('layer.v1.tar'), execFileSync('tar', ['-c', '-C', layout, 'file']));
    rmSync(join(layout, 'file'));
    const rootfs = { type: 'layers', diff_ids: [layer.digest] };
    const config = blob(media('config.v1+json'), JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs }));
    const manifest = { schemaVersion: 2, mediaType: media('manifest.v1+json'), config, layers: [layer] };
    const reference = `localhost/flotilla/${name}:1`;
    const annotations = { 'io.containerd.image.name': reference };
    const entry = { ...blob(manifest.mediaType, JSON.stringify(manifest)), annotations };
    writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
    writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    const archive = join(root, `${name}.tar`);
    execFileSync('tar', ['-cf', archive, '-C', layout, '.']);
    return { archive, name: reference, references: [`local.flotilla.test/${name}:locked`] };
  }
});

/** Of the files of all layers that a store has unpacked. */
function contents(store: string): readonly string[] {
  const files = filesOf(store).filter((file) => file.endsWith('/fs/file'));
  return files.map((file) => readFileSync(file, 'utf8')).sort();
}

function filesOf(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

function only<T>(values: readonly T[]): T | undefined {
  expect(values).toHaveLength(1);
  return values[0];
}
