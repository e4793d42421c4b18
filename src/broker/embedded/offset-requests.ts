import type { ListOffsetsRequest, ListOffsetsResponse } from '../client/protocol.js';
import { ErrorCode } from './error-code.js';
import { firstRecordAtOrAfter } from './record-times.js';
import type { PartitionLog } from './partition-log.js';
import type { TopicRegistry } from './topic-registry.js';

type Asked = ListOffsetsRequest['partitions'][number];
type Found = ListOffsetsResponse['partitions'][number];

const SEARCH_BYTES = 1_048_576;

/** Answers ListOffsets. Under read_committed the log ends at its last stable offset. */
export class OffsetRequests {
  constructor(private readonly topics: TopicRegistry) {}

  async listOffsets({ isolation, partitions }: ListOffsetsRequest): Promise<ListOffsetsResponse> {
    const found: Found[] = [];
    for (const asked of partitions) {
      const { topic, partition } = asked;
      const log = this.topics.log(topic, partition);
      if (log === undefined) {
        const errorCode = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        found.push({ topic, partition, errorCode, offset: -1, timestamp: -1, leaderEpoch: -1 });
        continue;
      }
      const end = isolation === 'read_committed' ? log.lastStableOffset : log.highWatermark;
      found.push({ topic, partition, errorCode: ErrorCode.NONE, ...(await findOffset(log, asked, end)) });
    }
    return { partitions: found };
  }
}

async function findOffset(
  log: PartitionLog,
  { timestamp }: Asked,
  end: number,
): Promise<Pick<Found, 'offset' | 'timestamp' | 'leaderEpoch'>> {
  const { leaderEpoch } = log;
  if (timestamp === 'earliest') return { offset: log.startOffset, timestamp: -1, leaderEpoch };
  if (timestamp === 'latest') return { offset: end, timestamp: -1, leaderEpoch };
  const record = await searchByTime(log, timestamp, end);
  return record === undefined ? { offset: -1, timestamp: -1, leaderEpoch: -1 } : { ...record, leaderEpoch };
}

async function searchByTime(
  log: PartitionLog,
  timestamp: number,
  end: number,
): Promise<{ offset: number; timestamp: number } | undefined> {
  const from = log.chunks.searchFrom(timestamp);
  if (from === undefined) return undefined;
  let next = Math.max(from, log.startOffset);
  while (next < end) {
    const batches = await log.storage.readBatches(log.id, next, end, SEARCH_BYTES);
    if (batches.length === 0) return undefined;
    const search = firstRecordAtOrAfter(batches, timestamp, log.startOffset);
    if (search.record !== undefined) return search.record;
    next = search.nextOffset;
  }
  return undefined;
}
