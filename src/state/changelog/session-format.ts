import { readLong, writeLong } from '../../serde/primitives.js';

/*
 * The key of a session store's changelog record (Kafka Streams' SessionKeySchema):
 *
 *     | key | session end, 8 bytes | session start, 8 bytes |
 */

/** Length of end and start. */
export const SESSION_SUFFIX = 16;

const FORMAT = 'session key';

/** Appends end and start to a key of `keyLength` bytes in `target`. */
export function writeSessionSuffix(target: Buffer, keyLength: number, startMs: number, endMs: number): void {
  writeLong(FORMAT, target, endMs, keyLength);
  writeLong(FORMAT, target, startMs, keyLength + 8);
}

/** The whole key. */
export function sessionKey(key: Buffer, startMs: number, endMs: number): Buffer {
  const written = Buffer.allocUnsafe(key.length + SESSION_SUFFIX);
  key.copy(written, 0);
  writeSessionSuffix(written, key.length, startMs, endMs);
  return written;
}

export function sessionEndOf(sessionKey: Buffer): number {
  return readLong(FORMAT, sessionKey, sessionKey.length - SESSION_SUFFIX);
}

export function sessionStartOf(sessionKey: Buffer): number {
  return readLong(FORMAT, sessionKey, sessionKey.length - 8);
}
