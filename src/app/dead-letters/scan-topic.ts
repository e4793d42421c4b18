import { partitionKey, type BrokerClient, type FetchedRecords } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import { invalid } from '../../util/errors.js';

/** The partitions of a topic. @throws MillraceError `TOPIC_NOT_FOUND` */
export async function partitionsOf({ admin }: BrokerClient, topic: string): Promise<readonly TopicPartition[]> {
  const description = (await admin.describeTopics([topic])).get(topic);
  if (!description) {
    const hint = 'Check its name, and which brokers (--brokers) or process (--host, --http-port) are asked.';
    throw invalid('TOPIC_NOT_FOUND', `topic "${topic}" does not exist`, { hint, context: { topic } });
  }
  return Array.from({ length: description.partitions }, (_, partition) => ({ topic, partition }));
}

/** The committed records of partitions up to where they end now, one partition after the other, in pieces. */
export async function* scanPartitions(
  client: BrokerClient,
  partitions: readonly TopicPartition[],
): AsyncGenerator<FetchedRecords> {
  const starts = await client.admin.listOffsets(partitions, 'earliest');
  const ends = await client.admin.listOffsets(partitions, 'latest', 'read_committed');
  const reader = client.reader({ isolation: 'read_committed', channel: 'fetch' });
  try {
    for (const partition of partitions) {
      const end = ends.get(partitionKey(partition)) ?? 0;
      let next = starts.get(partitionKey(partition)) ?? 0;
      if (next < end) reader.seek(partition, next);
      while (next < end) {
        for (const piece of await reader.poll()) {
          next = piece.nextOffset;
          yield piece;
        }
      }
      reader.remove(partition);
    }
  } finally {
    await reader.close();
  }
}
