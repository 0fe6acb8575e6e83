import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import sourcePb from '@pulumi/pulumi/proto/source_pb.js';
import { rememberPositions } from '../../../stacks/sdk/frames.ts';

const TRACE = [
  { uri: 'file:///stacks/index.ts', line: 1, column: 20 },
  { uri: 'file:///stacks/index.ts', line: 12, column: 0 },
  { uri: 'file:///constructs/größe.ts', line: 300, column: 7 },
  { uri: 'file:///stacks/index.ts', line: 1, column: 20 },
];

describe('places in the program', () => {
  test('go over the wire as the SDK writes them, the first time and each later one', () => {
    const bySdk = trace().serializeBinary();
    rememberPositions(createRequire(import.meta.url));
    expect(trace().serializeBinary()).toEqual(bySdk);
    expect(trace().serializeBinary()).toEqual(bySdk);
    const [first] = sourcePb.StackTrace.deserializeBinary(bySdk).getFramesList();
    expect(first?.getPc()?.toObject()).toEqual(TRACE[0]);
  });

  test('are written once', () => {
    let written = 0;
    const { SourcePosition } = sourcePb;
    const write = SourcePosition.serializeBinaryToWriter.bind(SourcePosition);
    SourcePosition.serializeBinaryToWriter = (position, writer) => {
      written += 1;
      write(position, writer);
    };
    rememberPositions(createRequire(import.meta.url));
    trace().serializeBinary();
    trace().serializeBinary();
    expect(written).toBe(3);
  });
});

function trace(): sourcePb.StackTrace {
  const frames = TRACE.map(({ uri, line, column }) =>
    new sourcePb.StackFrame().setPc(new sourcePb.SourcePosition().setUri(uri).setLine(line).setColumn(column)),
  );
  return new sourcePb.StackTrace().setFramesList(frames);
}
