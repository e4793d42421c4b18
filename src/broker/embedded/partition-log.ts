import { assignOffset, type BatchHeader } from '../record-batch/batch-header.js';
import { buildControlBatch } from '../record-batch/control-batch.js';
import { AbortedTransactions, type AbortedTransaction } from './aborted-transactions.js';
import { ErrorCode } from './error-code.js';
import { LogChunks, type LogChunk } from './log-chunks.js';
import { CleanPoints } from './retention/clean-points.js';
import { ProducerStates } from './producer-states.js';
import { hasKeylessRecord } from './record-walker.js';
import type { BrokerStorage } from './storage/broker-storage.js';
import { maxTimestampOf, readBatchFields, stampAppendTime, type BatchFields } from './stored-batch.js';
import type { TopicConfig } from './topic-config.js';

/** What an append gave: the base offset, or Kafka's error. */
export interface AppendResult {
  readonly errorCode: number;
  readonly baseOffset: number;
}

/** Ends a transaction in one partition. */
export interface EndMarker {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly committed: boolean;
  readonly timestamp: number;
}

/**
 * The log of one partition. Its high watermark is how much of it is written, so that nobody is told of what a kill takes back:
 * it has no other replicas to wait for. Its last stable offset is the first offset of its oldest open transaction, or the
 * high watermark; a transaction stays open until the end of it is written.
 */
export class PartitionLog {
  startOffset = 0;
  endOffset = 0;
  #highWatermark = 0;
  #lastStableOffset = 0;
  readonly producers = new ProducerStates();
  readonly aborted = new AbortedTransactions();
  readonly chunks = new LogChunks();
  readonly cleanPoints = new CleanPoints();
  /** Its topic was deleted. */
  removed = false;
  /** Grows when what was appended is changed; a reader that sees it grow reads again. */
  revision = 0;
  readonly #waiting = new Set<() => void>();

  constructor(
    /** Names the log in storage; never used twice. */
    readonly id: number,
    readonly leaderEpoch: number,
    readonly storage: BrokerStorage,
  ) {}

  get highWatermark(): number {
    return this.#highWatermark;
  }

  get lastStableOffset(): number {
    return this.#lastStableOffset;
  }

  /** Lets readers see all of it, once what was gathered is written. */
  reveal(): void {
    const { endOffset } = this;
    const lastStableOffset = this.#firstUnstableOffset;
    this.storage.whenWritten(() => {
      this.#highWatermark = endOffset;
      this.#lastStableOffset = lastStableOffset;
      this.#progressed();
    });
  }

  /** The last stable offset, as it will be once all is written. */
  get #firstUnstableOffset(): number {
    return this.producers.firstOpenOffset ?? this.endOffset;
  }

  /**
   * Appends one batch of a producer. The buffer becomes the log's own and is written to.
   * @param newMustStartAtZero see {@link ProducerStates.check}
   */
  append(bytes: Buffer, config: TopicConfig, nowMs: number, newMustStartAtZero: boolean): AppendResult {
    const batch = readBatchFields(bytes);
    const errorCode = refusal(batch, bytes, config, nowMs);
    if (errorCode !== ErrorCode.NONE) return { errorCode, baseOffset: -1 };
    if (batch.producerId >= 0n) {
      const verdict = this.producers.check(batch, newMustStartAtZero);
      if (verdict.kind === 'refused') return { errorCode: verdict.errorCode, baseOffset: -1 };
      if (verdict.kind === 'duplicate') return { errorCode: ErrorCode.NONE, baseOffset: verdict.baseOffset };
    }
    if (config.appendTime) stampAppendTime(bytes, nowMs);
    const baseOffset = this.endOffset;
    this.#add(bytes);
    if (batch.producerId >= 0n) {
      this.producers.appended(readBatchFields(bytes));
      this.saveProducer(batch.producerId);
    }
    this.reveal();
    return { errorCode: ErrorCode.NONE, baseOffset };
  }

  /** Ends a producer's transaction in this partition. */
  appendMarker(marker: EndMarker): void {
    const offset = this.endOffset;
    const { producerId, producerEpoch, timestamp } = marker;
    const type = marker.committed ? 'commit' : 'abort';
    this.#add(buildControlBatch({ type, producerId, producerEpoch, timestamp, baseOffset: offset }));
    const firstOffset = this.producers.ended(producerId, producerEpoch, timestamp);
    if (!marker.committed && firstOffset >= 0) {
      this.#addAborted({
        producerId,
        firstOffset,
        lastOffset: offset,
        lastStableOffset: this.#firstUnstableOffset,
      });
    }
    this.saveProducer(producerId);
    this.reveal();
  }

  /** Makes `offset` the first of the log; what lies below is forgotten. */
  truncateBefore(offset: number): void {
    if (offset <= this.startOffset) return;
    this.startOffset = offset;
    this.storage.truncateBefore(this.id, offset);
    for (const { baseOffset } of this.chunks.truncateBefore(offset)) this.storage.remove(chunkKey(this.id, baseOffset));
    for (const { lastOffset } of this.aborted.truncateBefore(offset)) {
      this.storage.remove(abortedKey(this.id, lastOffset));
    }
    this.saveBounds();
  }

  /** Forgets the log: its topic was deleted. Who waits for it is called. */
  remove(): void {
    this.removed = true;
    for (const { lastOffset } of this.aborted.truncateBefore(this.endOffset)) {
      this.storage.remove(abortedKey(this.id, lastOffset));
    }
    for (const { baseOffset } of this.chunks.all) this.storage.remove(chunkKey(this.id, baseOffset));
    for (const producerId of this.producers.ids()) this.storage.remove(producerKey(this.id, producerId));
    this.storage.remove(boundsKey(this.id));
    this.storage.remove(cleanKey(this.id));
    this.storage.removeLog(this.id);
    this.#progressed();
  }

  /** Share of bytes that were not compacted yet. */
  get dirtyRatio(): number {
    const { byteLength, all } = this.chunks;
    const { cleanedTo } = this.cleanPoints;
    let dirty = 0;
    for (const [index, chunk] of all.entries()) {
      if ((all[index + 1]?.baseOffset ?? this.endOffset) > cleanedTo) dirty += chunk.byteLength;
    }
    return this.lastStableOffset <= cleanedTo || byteLength === 0 ? 0 : dirty / byteLength;
  }

  /** Whether a batch belongs to a transaction that was aborted. */
  isAborted({ transactional, baseOffset, producerId }: BatchHeader): boolean {
    if (!transactional) return false;
    return this.aborted.overlapping(baseOffset, baseOffset + 1).some((aborted) => aborted.producerId === producerId);
  }

  /** Forgets the aborted transaction, if it is one, whose marker is no longer kept; its records went before. */
  markerDropped(offset: number): void {
    if (this.aborted.remove(offset)) this.storage.remove(abortedKey(this.id, offset));
  }

  /** Takes note that compaction made a batch smaller. */
  shrunk(baseOffset: number, bytes: number): void {
    this.revision++;
    this.chunks.shrunk(baseOffset, bytes);
  }

  saveCleanPoints(): void {
    this.storage.put(cleanKey(this.id), this.cleanPoints.save());
    for (const [index, chunk] of this.chunks.all.entries()) {
      const next = this.chunks.all[index + 1];
      if (next !== undefined) this.#saveChunk(chunk, next.baseOffset);
    }
    this.saveBounds();
  }

  /** Calls back once, when readers next see more of it; gives how to stop waiting. */
  whenProgressed(callback: () => void): () => void {
    this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  }

  saveBounds(): void {
    this.storage.put(boundsKey(this.id), JSON.stringify([this.startOffset, this.endOffset]));
  }

  saveProducer(producerId: bigint): void {
    this.storage.put(producerKey(this.id, producerId), this.producers.save(producerId));
  }

  /** Forgets producers that were last heard of before a time. */
  expireProducers(before: number): void {
    for (const producerId of this.producers.expire(before)) this.storage.remove(producerKey(this.id, producerId));
  }

  #add(bytes: Buffer): void {
    assignOffset(bytes, this.endOffset, this.leaderEpoch);
    this.storage.appendBatch(this.id, this.endOffset, bytes);
    const closed = this.chunks.appended(this.endOffset, bytes.length, maxTimestampOf(bytes));
    if (closed !== undefined) this.#saveChunk(closed, this.endOffset);
    this.endOffset += bytes.readInt32BE(23) + 1;
  }

  #saveChunk({ baseOffset, byteLength, maxTimestamp }: LogChunk, nextOffset: number): void {
    this.storage.put(chunkKey(this.id, baseOffset), JSON.stringify([byteLength, maxTimestamp, nextOffset]));
  }

  #addAborted(transaction: AbortedTransaction): void {
    this.aborted.add(transaction);
    const { producerId, firstOffset, lastOffset, lastStableOffset } = transaction;
    const text = JSON.stringify([producerId.toString(), firstOffset, lastStableOffset]);
    this.storage.put(abortedKey(this.id, lastOffset), text);
  }

  #progressed(): void {
    if (this.#waiting.size === 0) return;
    const callbacks = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of callbacks) callback();
  }
}

/*
 * Keys of a log in storage: l/<log> its bounds, p/<log>/<producer id> a producer's state, a/<log>/<offset of the marker>
 * an aborted transaction, c/<log>/<base offset> a closed chunk,
 * k/<log> how far it was compacted. Offsets are padded, so that they sort.
 */
function boundsKey(log: number): string {
  return `l/${log}`;
}

function producerKey(log: number, producerId: bigint): string {
  return `p/${log}/${producerId}`;
}

function abortedKey(log: number, lastOffset: number): string {
  return `a/${log}/${sortable(lastOffset)}`;
}

function chunkKey(log: number, baseOffset: number): string {
  return `c/${log}/${sortable(baseOffset)}`;
}

function cleanKey(log: number): string {
  return `k/${log}`;
}

function sortable(offset: number): string {
  return String(offset).padStart(16, '0');
}

function refusal(batch: BatchFields, bytes: Buffer, config: TopicConfig, nowMs: number): number {
  if (batch.byteLength > config.maxMessageBytes) return ErrorCode.MESSAGE_TOO_LARGE;
  if (config.compacted && hasKeylessRecord(bytes)) return ErrorCode.INVALID_RECORD;
  if (config.appendTime || batch.maxTimestamp < 0) return ErrorCode.NONE;
  const ahead = batch.maxTimestamp - nowMs;
  const allowed = ahead <= config.timestampAfterMaxMs && -ahead <= config.timestampBeforeMaxMs;
  return allowed ? ErrorCode.NONE : ErrorCode.INVALID_TIMESTAMP;
}
