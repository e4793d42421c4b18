import { partitionKey, type BrokerClient, type FetchedRecords } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import type { SeedRow } from '../../connect/seed/seed-source.js';
import { invalid } from '../../util/errors.js';

const POLL_MS = 100;

/** Committed records as they were fetched, of which those below an offset are meant. */
interface FetchedBatch {
  readonly records: FetchedRecords['records'];
  readonly before: number;
}

/** The committed records of a partition, up to where it ends at the call, or before `end`. */
export async function* batchesOf(
  client: Pick<BrokerClient, 'admin' | 'reader'>,
  partition: TopicPartition,
  end = Infinity,
): AsyncGenerator<FetchedBatch, void> {
  const place = partitionKey(partition);
  const start = (await client.admin.listOffsets([partition], 'earliest')).get(place) ?? 0;
  const before = Math.min(end, (await client.admin.listOffsets([partition], 'latest')).get(place) ?? 0);
  const reader = client.reader({ isolation: 'read_committed', channel: 'restore' });
  try {
    reader.seek(partition, start);
    for (let at = start; at < before;) {
      for (const { records, nextOffset } of await reader.poll(POLL_MS)) {
        yield { records, before };
        at = nextOffset;
      }
    }
  } finally {
    await reader.close();
  }
}

/** Those that have a key, as rows; their bytes are their own. */
function* rowsOf({ records, before }: FetchedBatch): Generator<SeedRow, void> {
  for (let i = 0; i < records.length && records.offset(i) < before; i++) {
    const keyStart = records.keyStart(i);
    if (keyStart < 0) continue; // no row of a store
    const bytes = records.buffer(i);
    const valueStart = records.valueStart(i);
    yield {
      key: Buffer.from(bytes.subarray(keyStart, records.keyEnd(i))),
      value: valueStart < 0 ? null : Buffer.from(bytes.subarray(valueStart, records.valueEnd(i))),
      timestamp: records.timestamp(i),
      raw: true,
    };
  }
}

/** The records of all partitions, one after the other. @throws MillraceError `SEED_TOPIC_MISSING` */
export async function* readTopic(client: BrokerClient, topic: string): AsyncGenerator<SeedRow, void> {
  const description = (await client.admin.describeTopics([topic])).get(topic);
  if (description === undefined) {
    throw invalid('SEED_TOPIC_MISSING', `topic "${topic}", which a store is to be seeded from, does not exist`, {
      hint: 'Mend its name.',
    });
  }
  for (let partition = 0; partition < description.partitions; partition++) {
    for await (const batch of batchesOf(client, { topic, partition })) yield* rowsOf(batch);
  }
}
