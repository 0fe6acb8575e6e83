import { createFileRegistry, fromBinary, type FileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { runBuf } from './buf.ts';

/** Compiles contracts/proto into descriptors with their source information. */
export async function buildProtoImage(): Promise<FileRegistry> {
  // An image of buf is a FileDescriptorSet on the wire, with fields of its own beside it.
  const image = await runBuf(['build', '--output', '-#format=binpb']);
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
}
