import { partitionKey, type BrokerClient, type TopicDescription } from '../../broker/client/client.js';
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
  const open = new Map<string, number>();
  for (const partition of partitions) {
    const end = ends.get(partitionKey(partition)) ?? 0;
    const start = Math.max(starts.get(partitionKey(partition)) ?? 0, end - LAST_OFFSETS);
    if (start >= end) continue;
    open.set(partitionKey(partition), end);
    reader.seek(partition, start);
  }
  try {
    while (open.size > 0) {
      for (const { topic, partition, records, nextOffset } of await reader.poll()) {
        const at = partitionKey({ topic, partition });
        for (let i = 0; i < records.length; i++) {
          const bytes = records.buffer(i);
          if (records.keyStart(i) < 0) continue;
          samples.get(topic)?.push({
            ...{ topic, partition, offset: records.offset(i), headers: records.headers(i) },
            key: bytes.subarray(records.keyStart(i), records.keyEnd(i)),
            value: records.valueStart(i) < 0 ? null : bytes.subarray(records.valueStart(i), records.valueEnd(i)),
          });
        }
        if (nextOffset >= (open.get(at) ?? 0)) {
          open.delete(at);
          reader.remove({ topic, partition });
        }
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
