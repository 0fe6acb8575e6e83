import { beforeAll, describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { createRequire } from 'node:module';
import { structBytes, structFields, type StructFields } from '../../../stacks/sdk/struct-bytes.ts';
import { keepStructsAsBytes } from '../../../stacks/sdk/structs.ts';

interface Struct {
  readonly serializeBinary: () => Uint8Array;
  readonly toJavaScript: () => StructFields;
  readonly getFieldsMap: () => {
    readonly getLength: () => number;
    readonly set: (key: string, value: unknown) => void;
  };
}

interface StructPb {
  readonly Struct: {
    readonly fromJavaScript: (fields: StructFields) => Struct;
    readonly deserializeBinary: (bytes: Uint8Array) => Struct;
  };
  readonly Value: { readonly fromJavaScript: (value: unknown) => unknown };
}

const require = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi'));
const { Struct, Value } = require('google-protobuf/google/protobuf/struct_pb.js') as StructPb;

/** Keys that JavaScript itself takes for something else are no names of properties. */
const key = fc.string().filter((name) => name !== '__proto__');
const { fields: anyFields } = fc.letrec<{ value: unknown; fields: StructFields }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true }),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value')),
    tie('fields'),
  ),
  fields: fc.dictionary(key, tie('value'), { noNullPrototype: true }),
}));

describe('the binary form of a Struct', () => {
  test('is read by google-protobuf as what it was made of', () => {
    fc.assert(
      fc.property(anyFields, (fields) => {
        expect(Struct.deserializeBinary(structBytes(fields)).toJavaScript()).toEqual(fields);
      }),
    );
  });

  test('is read as what google-protobuf made it of', () => {
    fc.assert(
      fc.property(anyFields, (fields) => {
        expect(structFields(Struct.fromJavaScript(fields).serializeBinary())).toEqual(fields);
      }),
    );
  });

  it('has room for texts and lists longer than one byte can count', () => {
    const fields = { text: 'ü'.repeat(70_000), list: Array.from({ length: 300 }, (_, index) => ({ index })) };
    expect(Struct.deserializeBinary(structBytes(fields)).toJavaScript()).toEqual(fields);
  });

  it.each([undefined, Symbol('x'), 1n, () => 1])('is refused to what has none: %p', (value) => {
    expect(() => structBytes({ value })).toThrow('Unexpected struct type.');
  });
});

describe('a Struct of google-protobuf that is kept as bytes', () => {
  const fields = { name: 'orders', tags: { a: '1' }, sizes: [1, null, { deep: true }] };

  beforeAll(() => {
    keepStructsAsBytes(require);
  });

  it('goes over the wire and back', () => {
    const sent = Struct.fromJavaScript(fields).serializeBinary();
    expect(sent).toEqual(structBytes(fields));
    const received = Struct.deserializeBinary(sent);
    expect(received.toJavaScript()).toEqual(fields);
    expect(received.serializeBinary()).toEqual(sent);
  });

  it('is a message as ever for whoever works on its fields', () => {
    for (const struct of [Struct.fromJavaScript(fields), Struct.deserializeBinary(structBytes(fields))]) {
      expect(struct.getFieldsMap().getLength()).toBe(3);
      struct.getFieldsMap().set('more', Value.fromJavaScript({ of: 'it' }));
      expect(struct.toJavaScript()).toEqual({ ...fields, more: { of: 'it' } });
      expect(structFields(struct.serializeBinary())).toEqual({ ...fields, more: { of: 'it' } });
    }
  });
});
