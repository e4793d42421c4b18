import type { BrokerClient, FetchedRecords } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import type { StoreDefinition } from '../../state/store.js';
import type { Headers } from '../../util/headers.js';
import { scanPartitions } from '../dead-letters/scan-topic.js';

/** A record of a changelog that no later one replaces. */
export interface LiveRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Headers;
}

/**
 * The records of a partition of a changelog that hold what its store holds, in their order: of each key the last, and of a
 * versioned store of each key and time. What tells them is kept in memory, so that is what a large partition takes.
 */
export async function* liveRecords(
  client: BrokerClient,
  partition: TopicPartition,
  definition: StoreDefinition,
): AsyncGenerator<LiveRecord> {
  const last = new Map<string, number>();
  for await (const piece of scanPartitions(client, [partition])) {
    for (let index = 0; index < piece.records.length; index++)
      last.set(identityOf(piece, index, definition), piece.records.offset(index));
  }
  for await (const piece of scanPartitions(client, [partition])) {
    const { records } = piece;
    for (let index = 0; index < records.length; index++) {
      const valueStart = records.valueStart(index);
      const offset = records.offset(index);
      if (valueStart < 0 || last.get(identityOf(piece, index, definition)) !== offset) continue;
      const bytes = records.buffer(index);
      yield {
        offset,
        timestamp: records.timestamp(index),
        key: Buffer.from(bytes.subarray(records.keyStart(index), records.keyEnd(index))),
        value: Buffer.from(bytes.subarray(valueStart, records.valueEnd(index))),
        headers: records.headers(index),
      };
    }
  }
}

function identityOf({ records }: FetchedRecords, index: number, { kind }: StoreDefinition): string {
  const key = records.buffer(index).toString('latin1', records.keyStart(index), records.keyEnd(index));
  return kind === 'versioned' ? `${records.timestamp(index)} ${key}` : key;
}
