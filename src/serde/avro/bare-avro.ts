import type { Serde } from '../serde.js';
import { avroReader, avroWriter, type AvroReader } from './avro-bytes.js';
import type { AvroSchema } from './avro-schema.js';
import { compileAvro } from './compile-avro.js';
import { referencedSchemas } from './referenced-schemas.js';
import { EMPTY_BYTES } from '../../util/bytes.js';

/**
 * Avro's binary form without a header: reader and writer have the same schema. For bytes that carry no schema id.
 * @throws MillraceError `AVRO_SCHEMA_INVALID`
 */
export function bareAvro<T>(schema: AvroSchema<T>): Serde<T> {
  const references = referencedSchemas(schema).map((reference) => reference.toJSON());
  const type = compileAvro(schema.toJSON(), { references });
  const write = avroWriter<T>(type, EMPTY_BYTES);
  const read: AvroReader<T> = avroReader<T>(type);
  return Object.freeze({ name: 'avro', serialize: write, deserialize: read });
}
