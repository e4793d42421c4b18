import { createFileRegistry, fromBinary, ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { JsonSchema } from './answers/answer-schema.js';
import { FILE_DESCRIPTOR_SET } from './gen/descriptors.js';

/** The messages of a method, by the names of their schemas. */
export interface MethodSchemas {
  readonly request: string;
  readonly response: string;
}

/** JSON schemas of our own messages, as HTTP has them: proto JSON, but 64-bit integers are numbers. */
export class MessageSchemas {
  /** By full name of the message: those that were asked for, and what they contain. */
  readonly schemas = new Map<string, JsonSchema>();
  readonly #registry = createFileRegistry(
    fromBinary(FileDescriptorSetSchema, Buffer.from(FILE_DESCRIPTOR_SET, 'base64')),
  );

  /** @param path `millrace.query.v1.StateQueryService/Get`; undefined for what is no method of ours */
  method(path: string): MethodSchemas | undefined {
    const [service = '', name = ''] = path.split('/');
    const method = this.#registry.getService(service)?.methods.find((each) => each.name === name);
    return method && { request: this.#add(method.input), response: this.#add(method.output) };
  }

  #add(message: DescMessage): string {
    const { typeName } = message;
    if (!this.schemas.has(typeName)) {
      this.schemas.set(typeName, {}); // a message in itself is met again
      const properties = message.fields.map((field) => [field.jsonName, this.#field(field)] as const);
      this.schemas.set(typeName, { type: 'object', properties: Object.fromEntries(properties) });
    }
    return typeName;
  }

  #field(field: DescField): JsonSchema {
    switch (field.fieldKind) {
      case 'list':
        return { type: 'array', items: this.#single(field, field.listKind) };
      case 'map':
        return { type: 'object', additionalProperties: this.#single(field, field.mapKind) };
      default:
        return this.#single(field, field.fieldKind);
    }
  }

  #single({ scalar, enum: symbols, message }: DescField, kind: 'scalar' | 'enum' | 'message'): JsonSchema {
    if (kind === 'enum') return { type: 'string', enum: symbols?.values.map(({ name }) => name) };
    if (kind === 'scalar') return scalarSchema(scalar);
    if (message === undefined) return {};
    return WELL_KNOWN[message.typeName] ?? { $ref: `#/components/schemas/${this.#add(message)}` };
  }
}

const WELL_KNOWN: Readonly<Record<string, JsonSchema>> = {
  'google.protobuf.Timestamp': { type: 'string', format: 'date-time' },
  'google.protobuf.Duration': {
    type: 'object',
    properties: { seconds: { type: 'integer' }, nanos: { type: 'integer' } },
  },
  'google.protobuf.Struct': { type: 'object' },
  'google.protobuf.Value': { description: 'Any JSON.' },
};

function scalarSchema(scalar: ScalarType | undefined): JsonSchema {
  switch (scalar) {
    case ScalarType.STRING:
      return { type: 'string' };
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.BYTES:
      return { type: 'string', contentEncoding: 'base64' };
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return { type: 'number' };
    default:
      return { type: 'integer' };
  }
}
