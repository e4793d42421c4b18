import type { ApiName, RequestOf, ResponseOf, TopicPartition } from '../client/protocol.js';
import type { VersionRanges } from './kafkajs-internals.js';
import type { WireReader } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

/**
 * How one request and its response stand on the wire. Only flexible versions are spoken (request header 2, response
 * header 1), which every broker from 2.8 on has.
 */
export interface RequestCodec<A extends ApiName> {
  readonly apiKey: number;
  /** Lowest version that is written here. */
  readonly minVersion: number;
  readonly maxVersion: number;
  /** Highest version for a cluster whose `transaction.version` is below 2; left out: `maxVersion`. */
  readonly maxVersionBeforeTransactionV2?: number;
  /** Bytes to make room for; left out: a few hundred. */
  sizeHint?(message: RequestOf<A>): number;
  /** What stands for the answer of a request that a broker leaves without; left out, or undefined: it answers. */
  unanswered?(message: RequestOf<A>): ResponseOf<A> | undefined;
  encode(writer: WireWriter, message: RequestOf<A>, version: number): void;
  decode(reader: WireReader, version: number, request: RequestOf<A>): ResponseOf<A>;
}

/** The highest version both sides know; -1 for none. */
export function supportedVersion(
  codec: Pick<RequestCodec<ApiName>, 'apiKey' | 'minVersion' | 'maxVersion' | 'maxVersionBeforeTransactionV2'>,
  ranges: VersionRanges,
  transactionVersion: number,
): number {
  const range = ranges.get(codec.apiKey);
  if (!range) return -1;
  const { maxVersion, maxVersionBeforeTransactionV2 = maxVersion } = codec;
  const version = Math.min(range.maxVersion, transactionVersion >= 2 ? maxVersion : maxVersionBeforeTransactionV2);
  return version >= Math.max(range.minVersion, codec.minVersion) ? version : -1;
}

/** The partitions of each topic, in order of first mention: the wire names each topic once. */
export function byTopic<P extends TopicPartition>(partitions: readonly P[]): (readonly [topic: string, P[]])[] {
  const topics = new Map<string, P[]>();
  for (const partition of partitions) {
    const found = topics.get(partition.topic);
    if (found) found.push(partition);
    else topics.set(partition.topic, [partition]);
  }
  return [...topics];
}

/** Writes `[topic [partition]]`, each structure ended. */
export function writeByTopic<P extends TopicPartition>(
  writer: WireWriter,
  partitions: readonly P[] | null,
  writePartition: (partition: P) => void,
): void {
  writer.array(partitions && byTopic(partitions), ([topic, ofTopic]) => {
    writer.string(topic);
    writer.array(ofTopic, (partition) => {
      writePartition(partition);
      writer.endStruct();
    });
    writer.endStruct();
  });
}

/** Writes `[topic [int32 partition]]`. */
export function writePartitionNumbers(writer: WireWriter, partitions: readonly TopicPartition[] | null): void {
  writer.array(partitions && byTopic(partitions), ([topic, ofTopic]) => {
    writer.string(topic);
    writer.int32s(ofTopic.map(({ partition }) => partition));
    writer.endStruct();
  });
}

/** Reads `[topic [partition]]` into one list; `readPartition` reads all of a partition but the end of its structure. */
export function readByTopic<P>(reader: WireReader, readPartition: (topic: string) => P): P[] {
  const all: P[] = [];
  reader.array(() => {
    const topic = reader.string();
    reader.array(() => {
      all.push(readPartition(topic));
      reader.endStruct();
    });
    reader.endStruct();
  });
  return all;
}

/** Reads an array of structures. */
export function readStructs<T>(reader: WireReader, read: () => T): T[] {
  return reader.array(() => {
    const item = read();
    reader.endStruct();
    return item;
  });
}

/** Reads `[topic [partition, error code]]`, the answer to most writes. */
export function readErrorsByTopic(reader: WireReader): (TopicPartition & { readonly errorCode: number })[] {
  return readByTopic(reader, (topic) => ({ topic, partition: reader.int32(), errorCode: reader.int16() }));
}
