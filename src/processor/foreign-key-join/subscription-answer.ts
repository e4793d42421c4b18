import { preparing, type Serde } from '../../serde/serde.js';
import { SerdeError } from '../../serde/serde-error.js';

/*
 * The answer to a subscription (KIP-213): `| version 0, 1; its first bit: no hash | hash, 16 | foreign value |`. A value of
 * no bytes is none, as in Kafka Streams.
 */

const NO_HASH = 0x80;
const UNKNOWN = 0x7f;
const HASH_LENGTH = 16;

/** The foreign row for a subscription. */
export interface SubscriptionAnswer<VO> {
  /** That of the subscription. */
  readonly hash: Buffer | null;
  /** Null: there is no such row. */
  readonly foreignValue: VO | null;
  /** Not written: it chooses the partition. */
  readonly primaryPartition: number | undefined;
}

/** Writes and reads answers with these values. */
export function answerSerde<VO>(foreignValue: Serde<VO>): Serde<SubscriptionAnswer<VO>> {
  const name = `answer<${foreignValue.name}>`;
  return Object.freeze({
    name,
    ...preparing(foreignValue),
    serialize({ hash, foreignValue: value }: SubscriptionAnswer<VO>) {
      const head = hash === null ? [Buffer.of(NO_HASH)] : [Buffer.of(0), hash];
      return Buffer.concat(value === null ? head : [...head, foreignValue.serialize(value)]);
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      const flags = end > start ? bytes.readUInt8(start) : UNKNOWN;
      if ((flags & ~NO_HASH) !== 0) throw SerdeError.ofBytes(name, bytes, start, end, 'its version is not known');
      const valueStart = start + 1 + (flags === 0 ? HASH_LENGTH : 0);
      if (valueStart > end) throw SerdeError.ofBytes(name, bytes, start, end, 'its hash is cut off');
      return {
        hash: flags === 0 ? bytes.subarray(start + 1, valueStart) : null,
        foreignValue: valueStart === end ? null : foreignValue.deserialize(bytes, valueStart, end),
        primaryPartition: undefined,
      };
    },
  });
}
