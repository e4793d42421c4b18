import { partOf, preparing, type Serde } from '../../serde/serde.js';
import { SerdeError } from '../../serde/serde-error.js';

/*
 * A subscription on its way to the foreign key's partition, and in the store there (KIP-213, version 1 of KIP-925):
 *
 *     | version, 1; its first bit: no hash | instruction, 1 | hash, 16 | primary key | primary partition, 4 |
 *
 * Version 0, of Kafka Streams before 3.4, has no partition.
 */

const NO_HASH = 0x80;
const HASH_LENGTH = 16;
const VERSION = 1;

/** What the foreign key's side does with a subscription; the numbers are those on the wire. */
export const INSTRUCTIONS = [
  'unsubscribe',
  'unsubscribeAndAnswer',
  'subscribeAndAnswer',
  'subscribeAndAnswerIfFound',
] as const;
export type Instruction = (typeof INSTRUCTIONS)[number];

/** A row of the primary table that refers to a foreign key. */
export interface Subscription<K> {
  /** Of the row's value, so that an answer to an older one can be told; null: the row was deleted. */
  readonly hash: Buffer | null;
  readonly instruction: Instruction;
  readonly primaryKey: K;
  /** Where the answer goes; undefined in version 0: where the key's bytes lead. */
  readonly primaryPartition: number | undefined;
}

/** Writes and reads subscriptions of rows with these keys, and values whose bytes are hashed. */
export function subscriptionSerde<K>(primaryKey: Serde<K>, hashed: Serde<unknown>): Serde<Subscription<K>> {
  const name = `subscription<${primaryKey.name}>`;
  return Object.freeze({
    name,
    ...preparing(partOf(primaryKey, 'pk', 'key'), partOf(hashed, 'vh')),
    serialize({ hash, instruction, primaryKey: key, primaryPartition }: Subscription<K>) {
      const version = primaryPartition === undefined ? 0 : VERSION;
      const head = Buffer.of(hash === null ? version | NO_HASH : version, INSTRUCTIONS.indexOf(instruction));
      const parts = [head, ...(hash === null ? [] : [hash]), primaryKey.serialize(key)];
      if (primaryPartition === undefined) return Buffer.concat(parts);
      const partition = Buffer.allocUnsafe(4);
      partition.writeInt32BE(primaryPartition, 0);
      return Buffer.concat([...parts, partition]);
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      if (end - start < 2) throw SerdeError.ofBytes(name, bytes, start, end, 'it is too short');
      const flags = bytes.readUInt8(start);
      const instruction = INSTRUCTIONS[bytes.readUInt8(start + 1)];
      const version = flags & ~NO_HASH;
      if (version > VERSION || instruction === undefined) {
        throw SerdeError.ofBytes(name, bytes, start, end, 'its version or instruction is not known');
      }
      const hashEnd = start + 2 + ((flags & NO_HASH) === 0 ? HASH_LENGTH : 0);
      const keyEnd = version === 0 ? end : end - 4;
      if (keyEnd < hashEnd) throw SerdeError.ofBytes(name, bytes, start, end, 'it is too short');
      return {
        hash: (flags & NO_HASH) === 0 ? bytes.subarray(start + 2, hashEnd) : null,
        instruction,
        primaryKey: primaryKey.deserialize(bytes, hashEnd, keyEnd),
        primaryPartition: version === 0 ? undefined : bytes.readInt32BE(keyEnd),
      };
    },
  });
}
