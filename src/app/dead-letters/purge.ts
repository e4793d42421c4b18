import { partitionKey, type BrokerClient } from '../../broker/client/client.js';
import { invalid } from '../../util/errors.js';
import { partitionsOf } from './scan-topic.js';

/** What is to be deleted. */
export interface PurgeRequest {
  /** An offset, for every partition, or a time in ISO 8601: the first record at or after it is kept, and all behind it. */
  readonly before: string;
  /** False: only tells what would be done. */
  readonly execute: boolean;
}

/** What was deleted of one partition, or would be. */
export interface PurgedPartition {
  readonly partition: number;
  /** First offset before. */
  readonly from: number;
  /** First offset after. */
  readonly to: number;
}

/** Deletes the first records of a topic. @throws MillraceError `TOPIC_NOT_FOUND`, `INVALID_OPTION` */
export async function purge(client: BrokerClient, topic: string, request: PurgeRequest): Promise<PurgedPartition[]> {
  const { admin } = client;
  const before = offsetOrTime(request.before);
  const partitions = await partitionsOf(client, topic);
  const starts = await admin.listOffsets(partitions, 'earliest');
  const ends = await admin.listOffsets(partitions, 'latest', 'read_committed');
  const times = 'timeMs' in before ? await admin.listOffsets(partitions, before.timeMs) : undefined;
  const purged = partitions.map((partition) => {
    const key = partitionKey(partition);
    const [from, end] = [starts.get(key) ?? 0, ends.get(key) ?? 0];
    const wanted = 'offset' in before ? before.offset : (times?.get(key) ?? end);
    return { partition: partition.partition, from, to: Math.max(from, Math.min(wanted, end)) };
  });
  const below = purged
    .filter(({ from, to }) => to > from)
    .map(({ partition, to }) => ({ topic, partition, offset: to }));
  if (request.execute && below.length > 0) await admin.deleteRecords(below);
  return purged;
}

function offsetOrTime(text: string): { readonly offset: number } | { readonly timeMs: number } {
  if (/^\d+$/.test(text)) return { offset: Number(text) };
  const timeMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(timeMs)) return { timeMs };
  throw invalid('INVALID_OPTION', `"${text}" is neither an offset nor a time`, {
    hint: 'Write --before 1500, or --before 2026-01-31T12:00:00Z.',
  });
}
