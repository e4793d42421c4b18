import { avroSerde } from './avro-format.js';
import { bareAvro } from './bare-avro.js';
import { array, enumeration, field, fixed, map, named, oneOf, optional, record, union } from './complex-schemas.js';
import {
  boolean,
  bytes,
  date,
  decimal,
  double,
  float,
  int,
  int64,
  long,
  nothing,
  string,
  timeMicros,
  timeMillis,
  timestampMicros,
  timestampMillis,
  uuid,
} from './primitive-schemas.js';
import { file, schema } from './schema-from-json.js';

/**
 * Avro: schemas that give their values' type, and serdes of them.
 *
 *     const Sale = avro.record('shop.Sale', {
 *       seller_id: avro.string(),
 *       amount: avro.decimal(12, 2),
 *       at: avro.timestampMillis(),
 *       note: avro.optional(avro.string()),
 *     })
 *     type Sale = AvroValue<typeof Sale>
 *     builder.stream('sales', { key: string(), value: avro.serde(Sale) })
 */
export const avro = Object.freeze({
  array,
  bare: bareAvro,
  boolean,
  bytes,
  date,
  decimal,
  double,
  enum: enumeration,
  field,
  file,
  fixed,
  float,
  int,
  int64,
  long,
  map,
  named,
  null: nothing,
  oneOf,
  optional,
  record,
  schema,
  serde: avroSerde,
  string,
  timeMicros,
  timeMillis,
  timestampMicros,
  timestampMillis,
  union,
  uuid,
});
