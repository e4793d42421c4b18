import { schemaOfParts } from '../../serde/schema-of-parts.js';
import { partOf, preparing, type Serde } from '../../serde/serde.js';
import { SerdeError } from '../../serde/serde-error.js';
import { readInt64, writeInt64 } from '../../util/bytes.js';

/*
 * Records of a left or outer join that found none of the other side yet, as Kafka Streams keeps and logs them:
 *
 *     key      | time, 8 bytes | side, 1 byte: 1 for left | key |
 *     values   | 01 | count, 4 bytes | (length, 4 bytes | side | value) ... |
 */

/** Which record: its time, side and key. All of one key, time and side are together. */
export interface UnjoinedKey<K> {
  readonly timeMs: number;
  readonly left: boolean;
  readonly key: K;
}

/** A value of one of the sides. */
export type UnjoinedValue<L, R> =
  { readonly left: true; readonly value: L } | { readonly left: false; readonly value: R };

/** Where a key has its side. */
export const SIDE_AT = 8;
const KEY_AT = 9;
const VARIABLE_SIZE = 1;
const LIST_HEADER = 5;

/** Kafka Streams' `TimestampedKeyAndJoinSide`. Its bytes are in the order of time. */
export function unjoinedKeySerde<K>(inner: Serde<K>): Serde<UnjoinedKey<K>> {
  const name = `unjoinedKey<${inner.name}>`;
  return Object.freeze({
    name,
    ...preparing(inner),
    serialize({ timeMs, left, key }: UnjoinedKey<K>) {
      const keyBytes = inner.serialize(key);
      const bytes = Buffer.allocUnsafe(KEY_AT + keyBytes.length);
      writeInt64(bytes, timeMs, 0);
      bytes[SIDE_AT] = left ? 1 : 0;
      keyBytes.copy(bytes, KEY_AT);
      return bytes;
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      if (end - start < KEY_AT) throw SerdeError.ofBytes(name, bytes, start, end, 'it is too short');
      const key = inner.deserialize(bytes, start + KEY_AT, end);
      return { timeMs: readInt64(bytes, start), left: bytes[start + SIDE_AT] === 1, key };
    },
  });
}

/** What the keys of this time and later ones are not below. */
export function unjoinedFrom(timeMs: number): Buffer {
  const bytes = Buffer.allocUnsafe(SIDE_AT);
  writeInt64(bytes, Math.min(Math.max(0, timeMs), Number.MAX_SAFE_INTEGER), 0);
  return bytes;
}

/** A list of Kafka Streams' `LeftOrRightValue`. */
export function unjoinedValuesSerde<L, R>(left: Serde<L>, right: Serde<R>): Serde<readonly UnjoinedValue<L, R>[]> {
  const name = `unjoinedValues<${left.name},${right.name}>`;
  return Object.freeze({
    name,
    ...preparing(partOf(left, 'left'), partOf(right, 'right')),
    ...schemaOfParts({ left, right }, (parts) => unjoinedValuesSerde(parts.left, parts.right)),
    serialize(values: readonly UnjoinedValue<L, R>[]) {
      const header = Buffer.alloc(LIST_HEADER);
      header[0] = VARIABLE_SIZE;
      header.writeInt32BE(values.length, 1);
      const parts = values.flatMap((one) => {
        const bytes = one.left ? left.serialize(one.value) : right.serialize(one.value);
        const before = Buffer.alloc(5);
        before.writeInt32BE(bytes.length + 1, 0);
        before[4] = one.left ? 1 : 0;
        return [before, bytes];
      });
      return Buffer.concat([header, ...parts]);
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      const values: UnjoinedValue<L, R>[] = [];
      for (let at = start + LIST_HEADER; at < end;) {
        const next = at + 4 + (at + 5 <= end ? bytes.readInt32BE(at) : Infinity);
        if (next > end || next < at + 5) throw SerdeError.ofBytes(name, bytes, start, end, 'a value is cut off');
        if (bytes[at + 4] === 1) values.push({ left: true, value: left.deserialize(bytes, at + 5, next) });
        else values.push({ left: false, value: right.deserialize(bytes, at + 5, next) });
        at = next;
      }
      return values;
    },
  });
}
