import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { FILE_DESCRIPTOR_SET } from '../gen/descriptors.js';

type Package = ConstructorParameters<typeof ReflectionService>[0];

/**
 * Adds `grpc.reflection.v1` and `v1alpha` for our services and the health service.
 * @param more descriptors of further services (google.protobuf.FileDescriptorSet)
 */
export function addReflection(server: Server, more: readonly Buffer[] = []): void {
  const sets = [Buffer.from(FILE_DESCRIPTOR_SET, 'base64'), ...more];
  const files = sets.flatMap(filesOf);
  // The service reads `fileDescriptorProtos` of each entry and nothing else.
  const described = { millrace: { fileDescriptorProtos: files } } as unknown as Package;
  new ReflectionService(described).addToServer(server);
}

/** Field 1 of a FileDescriptorSet, each time it occurs. */
function filesOf(set: Buffer): Buffer[] {
  const files: Buffer[] = [];
  const reader = new BinaryReader(set);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === WireType.LengthDelimited) files.push(Buffer.from(reader.bytes()));
    else reader.skip(wireType, field);
  }
  return files;
}
