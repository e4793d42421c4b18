import { readInt64, writeInt64 } from '../../util/bytes.js';
import type { Serde } from '../../serde/serde.js';
import { SerdeError } from '../../serde/serde-error.js';
import type { ProcessorContext } from '../../topology/processor.js';

/** Which record was the first of its identity. */
export interface Occurrence {
  readonly timestamp: number;
  readonly offset: number;
  /** Tells apart what one input record became on its way, from 0. */
  readonly ordinal: number;
  readonly topic: string;
}

/*
 * An occurrence as a store's value, numbers big-endian:
 *
 *     | timestamp, 8 | offset, 8 | ordinal, 4 | topic, UTF-8 |
 */
const TOPIC_AT = 20;

/** The serde of occurrences. */
export const occurrences: Serde<Occurrence> = Object.freeze({
  name: 'occurrence',
  serialize({ timestamp, offset, ordinal, topic }: Occurrence) {
    const bytes = Buffer.allocUnsafe(TOPIC_AT + Buffer.byteLength(topic, 'utf8'));
    writeInt64(bytes, timestamp, 0);
    writeInt64(bytes, offset, 8);
    bytes.writeUInt32BE(ordinal, 16);
    bytes.utf8Write(topic, TOPIC_AT);
    return bytes;
  },
  deserialize(bytes: Buffer, start: number, end: number) {
    if (end - start < TOPIC_AT) throw SerdeError.ofBytes('occurrence', bytes, start, end, 'it is too short');
    return {
      timestamp: readInt64(bytes, start),
      offset: readInt64(bytes, start + 8),
      ordinal: bytes.readUInt32BE(start + 16),
      topic: bytes.utf8Slice(start + TOPIC_AT, end),
    };
  },
});

/**
 * Tells which record is being processed, in the same words when it is processed again. At least once, a record that was the
 * first may come back after a crash that its output did not survive: it is no duplicate of itself.
 */
export class OccurrenceCounter {
  readonly #context: ProcessorContext;
  #topic = '';
  #offset = -1;
  #ordinal = 0;

  constructor(context: ProcessorContext) {
    this.#context = context;
  }

  /** The record that is processed now. Asked for exactly once per record. */
  next(timestamp: number): Occurrence {
    const { topic, offset } = this.#context.recordMetadata() ?? NOWHERE;
    this.#ordinal = topic === this.#topic && offset === this.#offset ? this.#ordinal + 1 : 0;
    this.#topic = topic;
    this.#offset = offset;
    return { timestamp, offset, ordinal: this.#ordinal, topic };
  }
}

/** Whether both are one record; what came from no input record is equal to nothing. */
export function sameOccurrence(left: Occurrence, right: Occurrence): boolean {
  return (
    left.offset >= 0 &&
    left.offset === right.offset &&
    left.ordinal === right.ordinal &&
    left.timestamp === right.timestamp &&
    left.topic === right.topic
  );
}

const NOWHERE = { topic: '', offset: -1 };
