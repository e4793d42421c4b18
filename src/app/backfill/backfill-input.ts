import { partitionForKey } from '../../broker/client/partitioner.js';
import type { Serde } from '../../serde/serde.js';
import type { TimestampExtractor } from '../../topology/node.js';
import type { RecordSource, SourceRecord } from '../../topology/record-source.js';
import { MillraceError, messageOf } from '../../util/errors.js';
import { NO_HEADERS } from '../../util/headers.js';
import type { StoredRecord } from '../../runtime/in-process/stored-record.js';

export interface BackfillInputOptions {
  readonly topic: string;
  /** Index of the topic among all inputs. */
  readonly index: number;
  readonly partitions: number;
  /** By which the topology reads the topic. */
  readonly key: Serde<unknown>;
  readonly value: Serde<unknown>;
  readonly timestampExtractor: TimestampExtractor | undefined;
  readonly source: RecordSource;
}

/** A topic that is filled from a source: makes bytes of what the source gives, and finds their partitions. */
export class BackfillInput {
  #next = 0;

  constructor(readonly options: BackfillInputOptions) {}

  /** @throws MillraceError `SOURCE_RECORD_INVALID` */
  toStored(record: SourceRecord): StoredRecord {
    const { index, topic, partitions } = this.options;
    const sequence = this.#next++;
    const { headers = NO_HEADERS } = record;
    const key = this.#bytes('key', record.key, sequence);
    const value = this.#bytes('value', record.value, sequence);
    const partition = record.partition ?? partitionForKey(key ?? value ?? Buffer.from(topic), partitions);
    if (partition >= partitions) throw this.#invalid(sequence, `there is no partition ${partition}`);
    const stored = { topic: index, partition, sequence, key, value, headers };
    const timestamp = record.timestamp ?? this.#extracted(stored);
    if (!Number.isFinite(timestamp) || timestamp < 0) throw this.#invalid(sequence, `its time is ${String(timestamp)}`);
    return { ...stored, timestamp };
  }

  /** The time that the topology finds in a record that the source gives without. */
  #extracted({ partition, sequence, headers, ...bytes }: Omit<StoredRecord, 'timestamp'>): number {
    const { topic, timestampExtractor, ...serdes } = this.options;
    if (timestampExtractor === undefined) throw this.#invalid(sequence, 'it has no time');
    const read = (part: 'key' | 'value'): unknown => {
      const given = bytes[part];
      return given === null ? null : serdes[part].deserialize(given, 0, given.length);
    };
    const place = { topic, partition, offset: sequence, headers, timestamp: -1 };
    try {
      return timestampExtractor({ ...place, key: read('key'), value: read('value') }, -1);
    } catch (error) {
      throw this.#invalid(sequence, `the topology finds no time in it: ${messageOf(error)}`, error);
    }
  }

  #bytes(part: 'key' | 'value', given: unknown, sequence: number): Buffer | null {
    if (given === null || given === undefined) return null;
    if (Buffer.isBuffer(given)) return given;
    if (given instanceof Uint8Array) return Buffer.from(given.buffer, given.byteOffset, given.length);
    try {
      return this.options[part].serialize(given);
    } catch (error) {
      throw this.#invalid(
        sequence,
        `its ${part} cannot be written by the serde of the topic: ${messageOf(error)}`,
        error,
      );
    }
  }

  #invalid(sequence: number, problem: string, cause?: unknown): MillraceError {
    const { topic, source } = this.options;
    return new MillraceError({
      code: 'SOURCE_RECORD_INVALID',
      kind: 'data',
      message: `record ${sequence + 1} that the source (${source.kind}) of topic "${topic}" gives cannot be used: ${problem}`,
      hint: 'Let the source give `{ key, value, timestamp }`: bytes, or values of the types that the topology reads, and milliseconds.',
      cause,
      context: { topic },
    });
  }
}
