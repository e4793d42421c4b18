import type { AbortedTransaction } from './aborted-transactions.js';
import type { LogChunk } from './log-chunks.js';
import type { OffsetStore } from './offset-store.js';
import type { PartitionLog } from './partition-log.js';
import type { LevelStorage } from './storage/level-storage.js';
import { baseOffsetOf, lastOffsetOf, maxTimestampOf } from './stored-batch.js';
import type { TopicRegistry } from './topic-registry.js';
import type { TransactionCoordinator } from './transaction-coordinator.js';

/** The parts of a broker that outlive it. */
export interface Recovered {
  readonly storage: LevelStorage;
  readonly topics: TopicRegistry;
  readonly offsets: OffsetStore;
  readonly transactions: TransactionCoordinator;
}

const SCAN_BYTES = 1_048_576;

/**
 * How often this log was opened before. The count is raised at once: it is the leader epoch of what is appended from
 * now on, so that a reader can tell a log that lost its end from one that did not.
 */
export async function countOpening(storage: LevelStorage): Promise<number> {
  const opened = Number((await valueOf(storage, 'opened')) ?? '0');
  storage.put('opened', String(opened + 1));
  await storage.commit(true);
  return opened;
}

/** Brings back what was written. Every write was atomic, so the parts agree with one another. */
export async function recover({ storage, topics, offsets, transactions }: Recovered): Promise<void> {
  topics.skipLogs(Number((await valueOf(storage, 'next-log')) ?? '1'));
  transactions.skipProducerIds(BigInt((await valueOf(storage, 'next-producer-id')) ?? '0'));
  const logs = new Map<number, PartitionLog>();
  for await (const [name, text] of under(storage, 't/')) {
    for (const log of topics.restore(name, text).partitions) logs.set(log.id, log);
  }
  await storage.dropUnknownLogs(new Set(logs.keys()));
  await recoverLogs(storage, logs);
  for await (const [key, text] of under(storage, 'o/')) offsets.restoreCommitted(key, text);
  for await (const [key, text] of under(storage, 's/')) offsets.restoreStaged(key, text);
  for await (const [id, text] of under(storage, 'x/')) transactions.restore(id, text);
  await storage.commit(true);
}

async function recoverLogs(storage: LevelStorage, logs: ReadonlyMap<number, PartitionLog>): Promise<void> {
  const producers = await byLog(storage, 'p/', (rest, text) => [BigInt(rest), text] as const);
  const aborted = await byLog(storage, 'a/', readAborted);
  const chunks = await byLog(storage, 'c/', readChunk);
  for await (const [id, text] of under(storage, 'k/')) logs.get(Number(id))?.cleanPoints.restore(text);
  for await (const [id, text] of under(storage, 'l/')) {
    const log = logs.get(Number(id));
    if (log === undefined) continue;
    const [startOffset, endOffset] = JSON.parse(text) as [number, number];
    const last = await storage.lastBatch(log.id);
    log.startOffset = startOffset;
    log.endOffset = Math.max(endOffset, last === undefined ? 0 : lastOffsetOf(last) + 1);
    log.producers.restore(producers.get(log.id) ?? []);
    log.reveal();
    for (const transaction of aborted.get(log.id) ?? []) log.aborted.add(transaction);
    await recoverChunks(log, chunks.get(log.id) ?? []);
    storage.truncateBefore(log.id, startOffset);
  }
}

/** Closed chunks come from storage; the one that still grows from its batches. */
async function recoverChunks(log: PartitionLog, closed: readonly ClosedChunk[]): Promise<void> {
  for (const { chunk } of closed) log.chunks.restore(chunk);
  let next = Math.max(closed.at(-1)?.nextOffset ?? 0, log.startOffset);
  while (next < log.endOffset) {
    const batches = await log.storage.readBatches(log.id, next, log.endOffset, SCAN_BYTES);
    for (const batch of batches) log.chunks.appended(baseOffsetOf(batch), batch.length, maxTimestampOf(batch));
    const last = batches.at(-1);
    if (last === undefined) return;
    next = lastOffsetOf(last) + 1;
  }
}

interface ClosedChunk {
  readonly chunk: LogChunk;
  readonly nextOffset: number;
}

function readChunk(rest: string, text: string): ClosedChunk {
  const [byteLength, maxTimestamp, nextOffset] = JSON.parse(text) as [number, number, number];
  return { chunk: { baseOffset: Number(rest), byteLength, maxTimestamp }, nextOffset };
}

function readAborted(rest: string, text: string): AbortedTransaction {
  const [producerId, firstOffset, lastStableOffset] = JSON.parse(text) as [string, number, number];
  return { producerId: BigInt(producerId), firstOffset, lastOffset: Number(rest), lastStableOffset };
}

/** Values under `<kind><log>/<rest>`, by log. */
async function byLog<T>(
  storage: LevelStorage,
  kind: string,
  read: (rest: string, text: string) => T,
): Promise<Map<number, T[]>> {
  const found = new Map<number, T[]>();
  for await (const [key, text] of under(storage, kind)) {
    const [log = '', rest = ''] = key.split('/');
    const values = found.get(Number(log)) ?? [];
    values.push(read(rest, text));
    found.set(Number(log), values);
  }
  return found;
}

/** Entries of one kind, without the kind in their keys. */
async function* under(storage: LevelStorage, kind: string): AsyncGenerator<readonly [string, string]> {
  for await (const [key, text] of storage.entries(kind)) yield [key.slice(kind.length), text];
}

async function valueOf(storage: LevelStorage, name: string): Promise<string | undefined> {
  for await (const [key, text] of storage.entries(name)) if (key === name) return text;
  return undefined;
}
