import { BatchHeader } from '../../record-batch/batch-header.js';
import type { PartitionLog } from '../partition-log.js';
import { RecordWalker } from '../record-walker.js';
import { lastOffsetOf, withRecords } from '../stored-batch.js';

export interface CompactOptions {
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
  /** Keys looked at in one go; what lies beyond waits for the next. Default 1,000,000. */
  readonly maxKeys?: number;
}

const READ_BYTES = 1_048_576;

/** What decides which records stay. */
interface Survey {
  /** The newest offset of each key. */
  readonly newest: ReadonlyMap<string, number>;
  /** The survey saw everything below this offset. */
  readonly to: number;
  /** Tombstones and markers below this offset may go. */
  readonly expiredTo: number;
}

/**
 * Compacts a log as Kafka's cleaner does, up to its last stable offset: of each key the newest record stays, records of
 * aborted transactions go, tombstones and markers go in time. Batches keep their offsets, so what is left of the log is
 * found where it was. A batch without records goes too, unless it is the last one looked at, which leads readers on, or
 * the newest of its producer: of those the header stays.
 */
export async function compactLog(log: PartitionLog, options: CompactOptions): Promise<void> {
  const end = log.lastStableOffset;
  const expiredTo = log.cleanPoints.expiredTo(options.nowMs, options.deleteRetentionMs);
  const { newest, to } = await surveyKeys(log, end, options.maxKeys ?? 1_000_000);
  if (to <= log.startOffset) return;
  await rewrite(log, { newest, to, expiredTo });
  if (log.removed) return;
  log.cleanPoints.add(to, options.nowMs, options.deleteRetentionMs);
  log.saveCleanPoints();
  await log.storage.commit();
}

/** Finds the newest offset of each key that was written since the last time. */
async function surveyKeys(log: PartitionLog, end: number, maxKeys: number): Promise<Omit<Survey, 'expiredTo'>> {
  const newest = new Map<string, number>();
  let to = Math.max(log.cleanPoints.cleanedTo, log.startOffset);
  while (to < end && newest.size < maxKeys) {
    const batches = await log.storage.readBatches(log.id, to, end, READ_BYTES);
    if (batches.length === 0) return { newest, to: end };
    for (const batch of batches) {
      const header = new BatchHeader(batch, 0);
      if (!header.control && !log.isAborted(header)) {
        const walker = new RecordWalker(batch);
        while (walker.next()) {
          const key = walker.key();
          if (key !== undefined) newest.set(key, walker.offset);
        }
      }
      to = header.lastOffset + 1;
      if (newest.size >= maxKeys) break;
    }
  }
  return { newest, to };
}

async function rewrite(log: PartitionLog, survey: Survey): Promise<void> {
  let next = log.startOffset;
  while (next < survey.to && !log.removed) {
    const batches = await log.storage.readBatches(log.id, next, survey.to, READ_BYTES);
    const last = batches.at(-1);
    if (last === undefined) return;
    for (const batch of batches) if (lastOffsetOf(batch) >= log.startOffset) rewriteBatch(log, batch, survey);
    await log.storage.commit();
    next = lastOffsetOf(last) + 1;
  }
}

function rewriteBatch(log: PartitionLog, batch: Buffer, survey: Survey): void {
  const header = new BatchHeader(batch, 0);
  const kept = header.control ? keptMarker(header, survey) : keptRecords(log, batch, header, survey);
  if (kept === batch) return;
  if (header.control) log.markerDropped(header.lastOffset);
  const needed = kept !== undefined || header.lastOffset + 1 >= survey.to || log.producers.lastBatchIs(header);
  const bytes = kept ?? (needed ? withRecords(batch, Buffer.alloc(0), 0) : undefined);
  if (bytes === undefined) log.storage.removeBatch(log.id, header.baseOffset);
  else log.storage.replaceBatch(log.id, header.baseOffset, bytes);
  log.shrunk(header.baseOffset, batch.length - (bytes?.length ?? 0));
}

function keptMarker(header: BatchHeader, survey: Survey): Buffer | undefined {
  return header.count === 0 || header.lastOffset < survey.expiredTo ? undefined : header.bytes;
}

/** The batch with the records that stay: itself if all do, undefined if none does. */
function keptRecords(log: PartitionLog, batch: Buffer, header: BatchHeader, survey: Survey): Buffer | undefined {
  if (header.count === 0 || log.isAborted(header)) return undefined;
  const walker = new RecordWalker(batch);
  const kept: Buffer[] = [];
  while (walker.next()) {
    const key = walker.key();
    const superseded = key === undefined || (survey.newest.get(key) ?? -1) > walker.offset;
    const expired = walker.tombstone && walker.offset < survey.expiredTo;
    if (!superseded && !expired) kept.push(walker.bytes.subarray(walker.start, walker.end));
  }
  if (kept.length === header.count) return batch;
  return kept.length === 0 ? undefined : withRecords(batch, Buffer.concat(kept), kept.length);
}
