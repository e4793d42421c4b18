import { partitionKey, type Admin, type CommittedOffset, type OffsetMap } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';

/** Where an application is to start again. */
export type ResetTarget =
  | 'earliest'
  | 'latest'
  /** At the first record that is as young (milliseconds), or at the end. */
  | { readonly timeMs: number }
  | { readonly offset: number }
  /** So many offsets behind the committed one; a negative number: before it. */
  | { readonly shiftBy: number };

/** What becomes of the committed offset of a partition. */
export interface OffsetMove extends TopicPartition {
  /** Null: none is committed. */
  readonly from: number | null;
  readonly to: number;
}

/** The offsets that partitions have when they start at the target; none lies outside of its log. */
export async function moveOffsets(
  admin: Admin,
  partitions: readonly TopicPartition[],
  target: ResetTarget,
  committed: ReadonlyMap<string, CommittedOffset>,
): Promise<readonly OffsetMove[]> {
  const starts = await admin.listOffsets(partitions, 'earliest');
  const ends = await admin.listOffsets(partitions, 'latest');
  const times: OffsetMap =
    typeof target === 'object' && 'timeMs' in target
      ? await admin.listOffsets(partitions, target.timeMs)
      : new Map<string, number>();
  return partitions.map(({ topic, partition }) => {
    const key = partitionKey({ topic, partition });
    const [start, end] = [starts.get(key) ?? 0, ends.get(key) ?? 0];
    const from = committed.get(key)?.offset ?? null;
    const to = offsetAt(target, { start, end, from, atTime: times.get(key) ?? end });
    return { topic, partition, from, to: Math.min(Math.max(to, start), end) };
  });
}

/** What is known of a partition. */
interface PartitionOffsets {
  readonly start: number;
  readonly end: number;
  readonly from: number | null;
  readonly atTime: number;
}

function offsetAt(target: ResetTarget, { start, end, from, atTime }: PartitionOffsets): number {
  if (target === 'earliest') return start;
  if (target === 'latest') return end;
  if ('timeMs' in target) return atTime;
  if ('offset' in target) return target.offset;
  return (from ?? start) + target.shiftBy;
}
