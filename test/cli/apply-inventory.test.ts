import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chunkNames, decodeInventory, encodeInventory } from '../../cli/apply/inventory.ts';
import { keyOf, type ObjectRef } from '../../cli/apply/object-ref.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/);
const ref: fc.Arbitrary<ObjectRef> = fc
  .record({ apiVersion: fc.constantFrom('v1', 'apps/v1'), kind: word, name: word, namespace: fc.option(word) })
  .map(({ namespace, ...rest }) => (namespace === null ? rest : { ...rest, namespace }));
const inventory = fc.record({
  owner: fc.record({ stack: word, cluster: word }),
  objects: fc.uniqueArray(ref, { selector: keyOf, maxLength: 60 }),
});

describe('the inventory', () => {
  test('says after reading what it said before writing, in one piece or in many', () => {
    fc.assert(
      fc.property(inventory, fc.integer({ min: 1, max: 2000 }), (given, chunkBytes) => {
        const read = decodeInventory(encodeInventory(given, chunkBytes));
        expect(read.owner).toEqual(given.owner);
        expect(read.objects.map((one) => JSON.stringify(one, FIELDS)).sort()).toEqual(
          given.objects.map((one) => JSON.stringify(one, FIELDS)).sort(),
        );
      }),
    );
  });

  test('keeps every piece below its limit, and is the same whatever the order of the objects', () => {
    fc.assert(
      fc.property(inventory, (given) => {
        const encoded = encodeInventory(given, 200);
        for (const { objects } of [encoded.index, ...encoded.chunks.values()]) {
          expect(Buffer.byteLength(objects ?? '')).toBeLessThanOrEqual(200);
        }
        expect(encodeInventory({ ...given, objects: given.objects.toReversed() }, 200)).toEqual(encoded);
      }),
    );
  });

  test('of 20,000 objects fits into a few ConfigMaps of less than 1 MiB', () => {
    const objects = Array.from({ length: 20_000 }, (_, index) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      namespace: `psc-tenant-with-a-long-name-${index}`,
      name: 'allow-clients-of-the-tenant',
    }));
    const { index, chunks } = encodeInventory({ owner: { stack: 'aws-us-west-2', cluster: 'a' }, objects });
    expect(chunks.size).toBe(3);
    expect(chunkNames(index)).toEqual([...chunks.keys()]);
    for (const data of chunks.values()) expect(JSON.stringify(data).length).toBeLessThan(1024 * 1024);
  });

  test('is refused when a part is missing or was changed', () => {
    const objects = [1, 2, 3].map((n) => ({ apiVersion: 'v1', kind: 'Namespace', name: `n${n}` }));
    const { index, chunks } = encodeInventory({ owner: { stack: 's', cluster: 'c' }, objects }, 10);
    const [name = '', ...others] = chunks.keys();
    expect(others).toHaveLength(2);
    const missing = new Map([...chunks].slice(1));
    expect(() => decodeInventory({ index, chunks: missing })).toThrow(`part ${name} is missing`);
    const changed = new Map([...chunks, [name, { objects: 'v1 Namespace - other' }]]);
    expect(() => decodeInventory({ index, chunks: changed })).toThrow(`part ${name} was changed`);
    expect(() => decodeInventory({ index: {}, chunks })).toThrow('names no stack');
    const broken = { stack: 's', cluster: 'c', objects: 'v1 Namespace' };
    expect(() => decodeInventory({ index: broken, chunks })).toThrow('the line "v1 Namespace" is not');
  });
});

const FIELDS = ['apiVersion', 'kind', 'namespace', 'name'];
