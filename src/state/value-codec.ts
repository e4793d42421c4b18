import type { Serde } from '../serde/serde.js';
import { type ScratchBuffers, copyBytes, writeInt64 } from '../util/bytes.js';
import type { ValueAndTimestamp } from './store.js';

/**
 * Turns what a store gives and takes into the value's bytes and its timestamp. In the overlay the two stand apart; a row
 * of a timestamped store holds the timestamp (8 bytes, big-endian) and then the value, as Kafka Streams' does.
 */
export interface ValueCodec<V> {
  readonly timestamped: boolean;
  decode(bytes: Buffer, start: number, timestamp: number): V;
  bytesOf(value: V): Buffer;
  /** -1 for a plain store. */
  timestampOf(value: V): number;
  /** The value that is forwarded: without its timestamp. */
  plain(bytes: Buffer): unknown;
}

/** Values as the serde writes them. */
export class PlainValues<V> implements ValueCodec<V> {
  readonly timestamped = false;
  constructor(private readonly serde: Serde<V>) {}

  decode(bytes: Buffer, start: number): V {
    return this.serde.deserialize(bytes, start, bytes.length);
  }
  bytesOf(value: V): Buffer {
    return this.serde.serialize(value);
  }
  timestampOf(): number {
    return -1;
  }
  plain(bytes: Buffer): unknown {
    return this.serde.deserialize(bytes, 0, bytes.length);
  }
}

/** Values with the timestamp of their last update. */
export class TimestampedValues<V> implements ValueCodec<ValueAndTimestamp<V>> {
  readonly timestamped = true;
  constructor(private readonly serde: Serde<V>) {}

  decode(bytes: Buffer, start: number, timestamp: number): ValueAndTimestamp<V> {
    return { value: this.serde.deserialize(bytes, start, bytes.length), timestamp };
  }
  bytesOf(value: ValueAndTimestamp<V>): Buffer {
    return this.serde.serialize(value.value);
  }
  timestampOf(value: ValueAndTimestamp<V>): number {
    return value.timestamp;
  }
  plain(bytes: Buffer): unknown {
    return this.serde.deserialize(bytes, 0, bytes.length);
  }
}

/** The row of a timestamped store: the timestamp, then the value. @param rows where the row's buffer comes from */
export function withTimestamp(value: Buffer, timestamp: number, rows?: ScratchBuffers): Buffer {
  const length = 8 + value.length;
  const row = rows === undefined ? Buffer.allocUnsafe(length) : rows.ofLength(length);
  writeInt64(row, timestamp, 0);
  copyBytes(value, 0, row, 8, value.length);
  return row;
}
