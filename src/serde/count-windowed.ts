import { readLong, writeLong } from './primitives.js';
import { preparing, type Serde } from './serde.js';
import { SerdeError } from './serde-error.js';

/**
 * A key together with the count window that its records were aggregated in. The time of the window's latest record is not
 * here, since a key must not change while its window fills: it is the timestamp of the result.
 */
export interface CountWindow<K> {
  readonly key: K;
  /** Number of the window among those of its key, from 0. */
  readonly index: number;
  /** Timestamp of the record that came first, milliseconds. */
  readonly start: number;
}

/** A serde of count windows; the inner one alone decides the partition, so that all windows of a key stay together. */
export interface CountWindowedSerde<K> extends Serde<CountWindow<K>> {
  readonly inner: Serde<K>;
}

/** Bytes of the numbers. */
const NUMBERS = 16;

/** Keys of count windows: the inner key, the index as 8 bytes, the start as 8 bytes. */
export function countWindowed<K>(inner: Serde<K>): CountWindowedSerde<K> {
  const name = `countWindowed<${inner.name}>`;
  return Object.freeze({
    name,
    inner,
    ...preparing(inner),
    serialize({ key, index, start }: CountWindow<K>) {
      const bytes = inner.serialize(key);
      const written = Buffer.allocUnsafe(bytes.length + NUMBERS);
      bytes.copy(written, 0);
      writeLong(name, written, index, bytes.length);
      writeLong(name, written, start, bytes.length + 8);
      return written;
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      const keyEnd = end - NUMBERS;
      if (keyEnd < start) throw SerdeError.ofBytes(name, bytes, start, end, `its numbers alone take ${NUMBERS} bytes`);
      return {
        key: inner.deserialize(bytes, start, keyEnd),
        index: readLong(name, bytes, keyEnd),
        start: readLong(name, bytes, keyEnd + 8),
      };
    },
  });
}
