import { preparing, type Serde } from '../../serde/serde.js';
import { SerdeError } from '../../serde/serde-error.js';
import { readInt64, writeInt64 } from '../../util/bytes.js';

/** A row of a table, and the time to look whether it is gone. */
export interface ExpiryKey<K> {
  readonly timeMs: number;
  readonly key: K;
}

/** A store's key by time: `| time, 8, big-endian | key |`; in the order of time while times are not negative. */
export function expiryKey<K>(inner: Serde<K>): Serde<ExpiryKey<K>> {
  const name = `expiry<${inner.name}>`;
  return Object.freeze({
    name,
    ...preparing(inner),
    serialize({ timeMs, key }: ExpiryKey<K>) {
      const keyBytes = inner.serialize(key);
      const bytes = Buffer.allocUnsafe(8 + keyBytes.length);
      writeInt64(bytes, timeMs, 0);
      keyBytes.copy(bytes, 8);
      return bytes;
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      if (end - start < 8) throw SerdeError.ofBytes(name, bytes, start, end, 'it is too short');
      return { timeMs: readInt64(bytes, start), key: inner.deserialize(bytes, start + 8, end) };
    },
  });
}
