import type { Type } from 'avsc';
import { invalid } from '../../util/errors.js';
import type { Serde } from '../serde.js';
import type { KnownSchema } from '../registry/known-schema.js';
import { RegistrySerde, type RegistrySerdeOptions, type SchemaFormat } from '../registry/registry-serde.js';
import type { NamedSchema, OwnSchema } from '../registry/schema-cache.js';
import { avroReader, avroWriter, type AvroReader } from './avro-bytes.js';
import type { AvroJson } from './avro-json.js';
import type { AvroSchema } from './avro-schema.js';
import type { AvroShape } from './avro-shape.js';
import { compileAvro } from './compile-avro.js';
import { referencedSchemas } from './referenced-schemas.js';
import { resolvingReader, shapeOf } from './resolving-reader.js';

/**
 * Avro in Confluent's wire format: every value names the schema that wrote it, in the schema registry, and is read by way of
 * that schema as a value of this one. Java's `KafkaAvroSerializer` and `KafkaAvroDeserializer` do the same.
 *
 *     builder.stream('sales', { key: string(), value: avro.serde(Sale) })
 */
export function avroSerde<T>(schema: AvroSchema<T>, options: RegistrySerdeOptions = {}): Serde<T> {
  return new RegistrySerde<T>(new AvroFormat(schema), options);
}

class AvroFormat<T> implements SchemaFormat<T> {
  readonly name = 'avro';
  readonly schema: OwnSchema;
  readonly record: string | undefined;
  readonly #schema: AvroSchema<T>;
  #compiled: Type | undefined;

  constructor(schema: AvroSchema<T>) {
    this.#schema = schema;
    this.schema = ownSchema(schema);
    this.record = schema.name;
  }

  writer(header: Buffer): (value: T) => Buffer {
    return avroWriter<T>(this.#type(), header);
  }

  reader({ schemaType, schema, resolved }: KnownSchema): AvroReader<T> {
    if (schemaType !== 'AVRO') throw invalid('SCHEMA_OF_OTHER_FORMAT', `it is a schema of ${schemaType}`);
    const written = JSON.parse(schema) as AvroJson; // as: the registry took it for a schema
    if (resolved.length === 0 && JSON.stringify(written) === this.schema.schema) return avroReader<T>(this.#type());
    const references = resolved.map((reference) => JSON.parse(reference.schema) as AvroJson); // as above
    return resolvingReader<T>(this.#type(), () => this.#shape(), { schema: written, references });
  }

  #shape(): AvroShape {
    return shapeOf({ schema: this.#schema.toJSON(), references: this.#references() });
  }

  #references(): readonly AvroJson[] {
    return referencedSchemas(this.#schema).map((reference) => reference.toJSON());
  }

  /** Made when it is needed, since the engine is loaded for it. */
  #type(): Type {
    this.#compiled ??= compileAvro(this.#schema.toJSON(), { references: this.#references() });
    return this.#compiled;
  }
}

function ownSchema(schema: AvroSchema<unknown>): OwnSchema {
  return { schemaType: 'AVRO', schema: JSON.stringify(schema), references: schema.references.map(namedSchema) };
}

/** A schema that others refer to, kept under its own name. */
function namedSchema(schema: AvroSchema<unknown>): NamedSchema {
  const { name } = schema;
  if (name !== undefined) return { ...ownSchema(schema), name, subject: name };
  throw invalid('AVRO_SCHEMA_INVALID', 'a schema that others refer to has no name', {
    hint: 'Refer to records, enums and fixed.',
  });
}
