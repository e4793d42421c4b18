import {
  partitionKey,
  type BrokerClient,
  type FetchedRecords,
  type OffsetMap,
  type Reader,
  type TopicDescription,
} from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import type { Headers } from '../../util/headers.js';

/** A record of a changelog, as bytes. */
export interface SampledRecord extends TopicPartition {
  readonly offset: number;
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/** Of how many partitions of a topic, and of how many of their last offsets, records are looked at. */
const PARTITIONS = 4;
const LAST_OFFSETS = 50;

/** The last committed records of some partitions of each topic that exists. */
export async function sampleChangelogs(
  client: BrokerClient,
  names: readonly string[],
  topics: ReadonlyMap<string, TopicDescription>,
): Promise<ReadonlyMap<string, readonly SampledRecord[]>> {
  const partitions = names.flatMap((topic) => firstPartitions(topic, topics.get(topic)?.partitions ?? 0));
  const starts = await client.admin.listOffsets(partitions, 'earliest');
  const ends = await client.admin.listOffsets(partitions, 'latest', 'read_committed');
  const samples = new Map<string, SampledRecord[]>(names.map((name) => [name, []]));
  const reader = client.reader({ isolation: 'read_committed', channel: 'restore' });
  try {
    const open = new Set(
      partitions.flatMap((one) => (seekToLast(reader, one, starts, ends) ? [partitionKey(one)] : [])),
    );
    while (open.size > 0) {
      for (const fetched of await reader.poll()) {
        samples.get(fetched.topic)?.push(...recordsOf(fetched));
        const key = partitionKey(fetched);
        if (fetched.nextOffset < (ends.get(key) ?? 0) || !open.delete(key)) continue;
        reader.remove(fetched);
      }
    }
  } finally {
    await reader.close();
  }
  return samples;
}

function firstPartitions(topic: string, count: number): TopicPartition[] {
  return Array.from({ length: Math.min(PARTITIONS, count) }, (_, partition) => ({ topic, partition }));
}

/** Gives whether there is anything to read. */
function seekToLast(reader: Reader, partition: TopicPartition, starts: OffsetMap, ends: OffsetMap): boolean {
  const key = partitionKey(partition);
  const end = ends.get(key) ?? 0;
  const from = Math.max(starts.get(key) ?? 0, end - LAST_OFFSETS);
  if (from < end) reader.seek(partition, from);
  return from < end;
}

function recordsOf({ topic, partition, records }: FetchedRecords): SampledRecord[] {
  return Array.from({ length: records.length }, (_, i) => i)
    .filter((i) => records.keyStart(i) >= 0)
    .map((i) => ({
      ...{ topic, partition, offset: records.offset(i), headers: records.headers(i) },
      key: records.buffer(i).subarray(records.keyStart(i), records.keyEnd(i)),
      value: records.valueStart(i) < 0 ? null : records.buffer(i).subarray(records.valueStart(i), records.valueEnd(i)),
    }));
}
