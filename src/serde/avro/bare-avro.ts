import type { Type } from 'avsc';
import { EMPTY_BYTES } from '../../util/bytes.js';
import { fingerprintOf } from '../fingerprint.js';
import type { Serde, ValueSchema } from '../serde.js';
import { avroReader, avroWriter } from './avro-bytes.js';
import type { AvroJson } from './avro-json.js';
import type { AvroSchema } from './avro-schema.js';
import type { AvroShape } from './avro-shape.js';
import { canonicalAvro } from './canonical-avro.js';
import { compileAvro } from './compile-avro.js';
import { referencedSchemas } from './referenced-schemas.js';
import { resolvingReader, shapeOf } from './resolving-reader.js';

/**
 * Avro's binary form without a header: reader and writer have the same schema. For bytes that carry no schema id. Stores
 * keep the schema beside their values, so that it may evolve.
 * @throws MillraceError `AVRO_SCHEMA_INVALID`
 */
export function bareAvro<T>(schema: AvroSchema<T>): Serde<T> {
  const references = referencedSchemas(schema).map((reference) => reference.toJSON());
  const type = compileAvro(schema.toJSON(), { references });
  return Object.freeze({
    name: 'avro',
    serialize: avroWriter<T>(type, EMPTY_BYTES),
    deserialize: avroReader<T>(type),
    schema: new BareSchema(schema, references, type),
  });
}

/** Made out when it is needed, since most serdes of bare Avro are of no store. */
class BareSchema<T> implements ValueSchema<T> {
  readonly #schema: AvroSchema<T>;
  readonly #references: readonly AvroJson[];
  readonly #type: Type;
  #shape: AvroShape | undefined;
  #text: string | undefined;
  #fingerprint: Buffer | undefined;

  constructor(schema: AvroSchema<T>, references: readonly AvroJson[], type: Type) {
    this.#schema = schema;
    this.#references = references;
    this.#type = type;
  }

  get text(): string {
    return (this.#text ??= canonicalAvro(this.#read()));
  }

  get fingerprint(): Buffer {
    return (this.#fingerprint ??= fingerprintOf(this.text));
  }

  behind(header: Buffer): Pick<Serde<T>, 'serialize'> {
    return { serialize: avroWriter<T>(this.#type, header) };
  }

  readerOf(writer: string): Pick<Serde<T>, 'deserialize'> {
    const written = { schema: JSON.parse(writer) as AvroJson, references: [] }; // as: the text of such a schema
    return { deserialize: resolvingReader<T>(this.#type, () => this.#read(), written) };
  }

  written(writer: string): Pick<Serde<unknown>, 'deserialize'> {
    return { deserialize: avroReader<unknown>(compileAvro(JSON.parse(writer) as AvroJson)) }; // as above
  }

  #read(): AvroShape {
    return (this.#shape ??= shapeOf({ schema: this.#schema.toJSON(), references: this.#references }));
  }
}
