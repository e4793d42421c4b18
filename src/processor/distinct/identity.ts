import { preparing, type Serde } from '../../serde/serde.js';
import { EMPTY_BYTES } from '../../util/bytes.js';
import { SerdeError } from '../../serde/serde-error.js';

/** What tells records of one key apart. A number and its text are different ids. */
export type RecordId = string | number | bigint | boolean;

/** A record's key and its id; undefined where the key alone tells records apart. */
export interface Identity<K> {
  readonly key: K;
  readonly id: RecordId | undefined;
}

/*
 * An identity as a store's key, numbers big-endian:
 *
 *     | length of the key, 4 | key | kind of the id, 1 | id |
 *
 * A number is 8 bytes (IEEE 754), a boolean 1, text and bigint are UTF-8.
 */
const NO_ID = 0;
const TEXT = 1;
const NUMBER = 2;
const BIGINT = 3;
const BOOLEAN = 4;

/** The key of a store by identity. The bytes of the identity that was written last are kept: it is mostly used again. */
export function identitySerde<K>(key: Serde<K>): Serde<Identity<K>> {
  const name = `identity<${key.name}>`;
  let last: Identity<K> | undefined;
  let lastBytes: Buffer = EMPTY_BYTES;
  return Object.freeze({
    name,
    ...preparing(key),
    serialize(identity: Identity<K>) {
      if (identity === last) return lastBytes;
      lastBytes = identityBytes(name, key.serialize(identity.key), identity.id);
      last = identity;
      return lastBytes;
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      const keyEnd = start + 4 + (end - start < 5 ? 0 : bytes.readUInt32BE(start));
      if (end - start < 5 || keyEnd >= end) throw SerdeError.ofBytes(name, bytes, start, end, 'it is too short');
      return { key: key.deserialize(bytes, start + 4, keyEnd), id: readId(name, bytes, keyEnd, end) };
    },
  });
}

function identityBytes(serde: string, key: Buffer, id: RecordId | undefined): Buffer {
  const [kind, idBytes] = idParts(serde, id);
  const bytes = Buffer.allocUnsafe(5 + key.length + idBytes.length);
  bytes.writeUInt32BE(key.length, 0);
  key.copy(bytes, 4);
  bytes.writeUInt8(kind, 4 + key.length);
  idBytes.copy(bytes, 5 + key.length);
  return bytes;
}

function idParts(serde: string, id: RecordId | undefined): readonly [kind: number, bytes: Buffer] {
  switch (typeof id) {
    case 'undefined':
      return [NO_ID, EMPTY_BYTES];
    case 'string':
      return [TEXT, Buffer.from(id, 'utf8')];
    case 'number': {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeDoubleBE(id + 0, 0); // + 0: a negative zero is zero
      return [NUMBER, bytes];
    }
    case 'bigint':
      return [BIGINT, Buffer.from(String(id), 'utf8')];
    case 'boolean':
      return [BOOLEAN, Buffer.of(id ? 1 : 0)];
    default:
      throw SerdeError.ofValue(serde, id, 'an id is a string, a number, a bigint or a boolean');
  }
}

function readId(serde: string, bytes: Buffer, at: number, end: number): RecordId | undefined {
  const start = at + 1;
  switch (bytes.readUInt8(at)) {
    case NO_ID:
      return undefined;
    case TEXT:
      return bytes.utf8Slice(start, end);
    case NUMBER:
      return bytes.readDoubleBE(start);
    case BIGINT:
      return BigInt(bytes.utf8Slice(start, end));
    case BOOLEAN:
      return bytes.readUInt8(start) === 1;
    default:
      throw SerdeError.ofBytes(serde, bytes, at, end, 'the kind of the id is unknown');
  }
}
