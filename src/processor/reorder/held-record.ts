import { schemaOfParts } from '../../serde/schema-of-parts.js';
import { partOf, preparing, type Serde } from '../../serde/serde.js';
import { SerdeError } from '../../serde/serde-error.js';

/** Key and value of a record that is held back; its time, headers and origin stand beside them. */
export interface HeldRecord<K, V> {
  readonly key: K | null;
  readonly value: V | null;
}

/*
 * A held record as a store's value; lengths are big-endian, -1 is null:
 *
 *     | length of the key, 4 | key | length of the value, 4 | value |
 */

/** The serde of held records. */
export function heldRecords<K, V>(key: Serde<K>, value: Serde<V>): Serde<HeldRecord<K, V>> {
  const name = `held<${key.name},${value.name}>`;
  return Object.freeze({
    name,
    ...preparing(partOf(key, 'key'), value),
    ...schemaOfParts({ key, value }, (parts) => heldRecords(parts.key, parts.value)),
    serialize(record: HeldRecord<K, V>) {
      const keyBytes = record.key === null ? null : key.serialize(record.key);
      const valueBytes = record.value === null ? null : value.serialize(record.value);
      const bytes = Buffer.allocUnsafe(8 + (keyBytes?.length ?? 0) + (valueBytes?.length ?? 0));
      writeSized(bytes, writeSized(bytes, 0, keyBytes), valueBytes);
      return bytes;
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      const valueAt = endOfSized(name, bytes, start, end);
      endOfSized(name, bytes, valueAt, end);
      return { key: readSized(key, bytes, start), value: readSized(value, bytes, valueAt) };
    },
  });
}

function writeSized(target: Buffer, at: number, part: Buffer | null): number {
  target.writeInt32BE(part === null ? -1 : part.length, at);
  return at + 4 + (part?.copy(target, at + 4) ?? 0);
}

function readSized<T>(serde: Serde<T>, bytes: Buffer, at: number): T | null {
  const length = bytes.readInt32BE(at);
  return length < 0 ? null : serde.deserialize(bytes, at + 4, at + 4 + length);
}

function endOfSized(serde: string, bytes: Buffer, at: number, end: number): number {
  const partEnd = at + 4 <= end ? at + 4 + Math.max(0, bytes.readInt32BE(at)) : Infinity;
  if (partEnd <= end) return partEnd;
  throw SerdeError.ofBytes(serde, bytes, at, end, 'it is too short');
}
