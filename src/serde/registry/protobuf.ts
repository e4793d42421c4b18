import { fromBinary, toBinary, type DescFile, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { invalid, messageOf } from '../../util/errors.js';
import type { Serde } from '../serde.js';
import { SerdeError } from '../serde-error.js';
import type { KnownSchema } from './known-schema.js';
import { messageIndexes, skipIndexes } from './protobuf-indexes.js';
import { RegistrySerde, type ReadValue, type RegistrySerdeOptions, type SchemaFormat } from './registry-serde.js';
import type { NamedSchema, OwnSchema } from './schema-cache.js';

/**
 * Protobuf with a schema in the registry, in Confluent's wire format. The message is one that `protoc-gen-es` generated; its
 * file is registered, and the files that it imports under their paths.
 *
 *     builder.stream('sales', { key: string(), value: protobuf(SaleSchema) })
 */
export function protobuf<D extends DescMessage>(
  message: D,
  options: RegistrySerdeOptions = {},
): Serde<MessageShape<D>> {
  return new RegistrySerde<MessageShape<D>>(new ProtobufFormat(message), options);
}

class ProtobufFormat<D extends DescMessage> implements SchemaFormat<MessageShape<D>> {
  readonly name = 'protobuf';
  readonly schema: OwnSchema;
  readonly record: string;
  readonly #message: D;
  readonly #indexes: Buffer;

  constructor(message: D) {
    this.#message = message;
    this.#indexes = messageIndexes(message);
    this.schema = fileSchema(message.file);
    this.record = message.typeName;
  }

  writer(header: Buffer): (value: MessageShape<D>) => Buffer {
    const before = Buffer.concat([header, this.#indexes]);
    return (value) => {
      try {
        return Buffer.concat([before, toBinary(this.#message, value)]);
      } catch (error) {
        throw SerdeError.ofValue(this.name, value, messageOf(error));
      }
    };
  }

  /** Fields are known by their numbers, so the schema that wrote them is not needed. */
  reader({ schemaType }: KnownSchema): ReadValue<MessageShape<D>> {
    if (schemaType !== 'PROTOBUF') throw invalid('SCHEMA_OF_OTHER_FORMAT', `it is a schema of ${schemaType}`);
    return (bytes, start, end) => {
      const at = skipIndexes(this.name, this.#indexes, bytes, start, end);
      try {
        return fromBinary(this.#message, new Uint8Array(bytes.subarray(at, end))); // a copy, since fields of bytes are views
      } catch (error) {
        throw SerdeError.ofBytes(this.name, bytes, start, end, messageOf(error), error);
      }
    };
  }
}

/** A file as registries take it: its descriptor in base64. Google's own files are there already. */
function fileSchema(file: DescFile): OwnSchema {
  const imports = file.dependencies.filter(({ name }) => !name.startsWith('google/protobuf/'));
  return {
    schemaType: 'PROTOBUF',
    schema: Buffer.from(toBinary(FileDescriptorProtoSchema, file.proto)).toString('base64'),
    references: imports.map((imported): NamedSchema => {
      const name = `${imported.name}.proto`;
      return { ...fileSchema(imported), name, subject: name };
    }),
  };
}
