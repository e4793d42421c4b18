import type Big from 'big.js';
import { AS_BIGINT, type AvroJson } from './avro-json.js';
import { AvroSchema } from './avro-schema.js';
import { checkLogicalTypes } from './logical-type-rules.js';

/** Avro's `string`. */
export const string = (): AvroSchema<string> => plain('string');

/** Avro's `boolean`. */
export const boolean = (): AvroSchema<boolean> => plain('boolean');

/** Avro's `int`: an integer of 32 bits. */
export const int = (): AvroSchema<number> => plain('int');

/** Avro's `long` as a number: integers within ±(2^53 - 2), others throw. For all 64 bits see {@link int64}. */
export const long = (): AvroSchema<number> => plain('long');

/** Avro's `long` as a bigint: all 64 bits. */
export const int64 = (): AvroSchema<bigint> => plain({ type: 'long', [AS_BIGINT]: true });

/** Avro's `float`: 32 bits, so a number may lose digits. */
export const float = (): AvroSchema<number> => plain('float');

/** Avro's `double`. */
export const double = (): AvroSchema<number> => plain('double');

/** Avro's `bytes`. */
export const bytes = (): AvroSchema<Buffer> => plain('bytes');

/** Avro's `null`, which has one value. */
export const nothing = (): AvroSchema<null> => plain('null');

/**
 * An exact decimal of at most `precision` digits, `scale` of them behind the point: Avro's `decimal` over `bytes`. Its
 * values are those of big.js; one with more digits throws, it is never rounded.
 * @throws MillraceError `AVRO_SCHEMA_INVALID` when there is no such decimal: more digits behind the point than in all
 */
export const decimal = (precision: number, scale = 0): AvroSchema<Big> => {
  const json = { type: 'bytes', logicalType: 'decimal', precision, scale };
  checkLogicalTypes(json);
  return plain(json);
};

/** A day as `YYYY-MM-DD`, of no time zone: Avro's `date`. */
export const date = (): AvroSchema<string> => plain({ type: 'int', logicalType: 'date' });

/** Time of day in milliseconds since midnight: Avro's `time-millis`. */
export const timeMillis = (): AvroSchema<number> => plain({ type: 'int', logicalType: 'time-millis' });

/** Time of day in microseconds since midnight: Avro's `time-micros`. */
export const timeMicros = (): AvroSchema<number> => plain({ type: 'long', logicalType: 'time-micros' });

/** Milliseconds since the epoch: Avro's `timestamp-millis`. */
export const timestampMillis = (): AvroSchema<number> => plain({ type: 'long', logicalType: 'timestamp-millis' });

/** Microseconds since the epoch, exact: Avro's `timestamp-micros`. */
export const timestampMicros = (): AvroSchema<bigint> => plain({ type: 'long', logicalType: 'timestamp-micros' });

/** A UUID as text: Avro's `uuid`. */
export const uuid = (): AvroSchema<string> => plain({ type: 'string', logicalType: 'uuid' });

function plain<T>(json: AvroJson): AvroSchema<T> {
  return new AvroSchema<T>(undefined, () => json);
}
