import type { Clock } from '../../util/time.js';
import type { FetchRequest, FetchResponse, Isolation } from '../client/protocol.js';
import { lastOffsetOf } from './stored-batch.js';
import type { AbortedTransaction } from './aborted-transactions.js';
import { ErrorCode } from './error-code.js';
import type { PartitionLog } from './partition-log.js';
import type { TopicRegistry } from './topic-registry.js';
import { EMPTY_BYTES } from '../../util/bytes.js';

type PartitionRequest = FetchRequest['partitions'][number];
type PartitionResponse = FetchResponse['partitions'][number];

/** Answers Fetch; one that finds too little waits, without holding anything up but its own channel. */
export class FetchRequests {
  /** Ends the wait of each request under way. */
  readonly #waits = new Set<() => void>();
  #closed = false;

  constructor(
    private readonly topics: TopicRegistry,
    private readonly clock: Clock,
  ) {}

  async fetch(request: FetchRequest): Promise<FetchResponse> {
    const deadline = this.clock.monotonicMs() + request.maxWaitMs;
    for (;;) {
      const partitions = await this.#read(request);
      const done = enough(partitions, request.minBytes) || this.clock.monotonicMs() >= deadline || this.#closed;
      if (done || request.maxWaitMs <= 0) return { errorCode: ErrorCode.NONE, partitions };
      // What came while this was read found nobody waiting.
      if (partitions.some((partition) => this.#outdated(partition))) continue;
      await this.#progress(request, deadline - this.clock.monotonicMs());
    }
  }

  /** Lets every waiting request answer now. */
  close(): void {
    this.#closed = true;
    for (const end of [...this.#waits]) end();
  }

  async #read(request: FetchRequest): Promise<PartitionResponse[]> {
    const responses: PartitionResponse[] = [];
    let room = request.maxBytes;
    for (const partition of request.partitions) {
      const response = await this.#readPartition(partition, request.isolation, room, room === request.maxBytes);
      room -= response.records.length;
      responses.push(response);
    }
    return responses;
  }

  /** @param first whether nothing was found yet: then one batch is given whatever its size, so that readers go on */
  async #readPartition(
    asked: PartitionRequest,
    isolation: Isolation,
    room: number,
    first: boolean,
  ): Promise<PartitionResponse> {
    const { topic, partition, fetchOffset } = asked;
    const log = this.topics.log(topic, partition);
    if (log === undefined) return failed(asked, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    const errorCode = fetchError(log, asked);
    if (errorCode !== ErrorCode.NONE) return failed(asked, errorCode);
    const limit = isolation === 'read_committed' ? log.lastStableOffset : log.highWatermark;
    const bounds = {
      topic,
      partition,
      errorCode,
      highWatermark: log.highWatermark,
      lastStableOffset: log.lastStableOffset,
      logStartOffset: log.startOffset,
    };
    const maxBytes = Math.min(asked.maxBytes, room);
    if (fetchOffset >= limit || (maxBytes <= 0 && !first)) {
      return { ...bounds, abortedTransactions: [], records: EMPTY_BYTES };
    }
    const { batches, aborted } = await readConsistently(log, fetchOffset, limit, maxBytes);
    const [batch, last] = [batches[0], batches.at(-1)];
    const tooLarge = batch !== undefined && batch.length > maxBytes && !first;
    if (last === undefined || tooLarge) return { ...bounds, abortedTransactions: [], records: EMPTY_BYTES };
    const ended = isolation === 'read_committed' ? aborted : [];
    const abortedTransactions = ended
      .filter(({ firstOffset }) => firstOffset <= lastOffsetOf(last))
      .map(({ producerId, firstOffset }) => ({ producerId, firstOffset }));
    // Always a copy: the log's own bytes never leave it.
    return { ...bounds, abortedTransactions, records: Buffer.concat(batches) };
  }

  #outdated({ topic, partition, highWatermark, lastStableOffset }: PartitionResponse): boolean {
    const log = this.topics.log(topic, partition);
    return log?.highWatermark !== highWatermark || log.lastStableOffset !== lastStableOffset;
  }

  /** Resolves at the next change of one of the partitions, or when the time is over. */
  #progress(request: FetchRequest, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const stops: (() => void)[] = [];
      const end = (): void => {
        this.#waits.delete(end);
        for (const stop of stops) stop();
        resolve();
      };
      this.#waits.add(end);
      stops.push(this.clock.schedule(waitMs, end));
      for (const { topic, partition } of request.partitions) {
        const log = this.topics.log(topic, partition);
        if (log !== undefined) stops.push(log.whenProgressed(end));
      }
    });
  }
}

function enough(partitions: readonly PartitionResponse[], minBytes: number): boolean {
  let bytes = 0;
  for (const { errorCode, records } of partitions) {
    if (errorCode !== ErrorCode.NONE) return true;
    bytes += records.length;
  }
  return bytes >= minBytes;
}

/** Batches and the aborted transactions among them, both from before a compaction or both from after it. */
async function readConsistently(
  log: PartitionLog,
  from: number,
  to: number,
  maxBytes: number,
): Promise<{ batches: readonly Buffer[]; aborted: readonly AbortedTransaction[] }> {
  for (;;) {
    const { revision } = log;
    const aborted = log.aborted.overlapping(from, to);
    const batches = await log.storage.readBatches(log.id, from, to, maxBytes);
    if (log.revision === revision) return { batches, aborted };
  }
}

function fetchError(log: PartitionLog, asked: PartitionRequest): number {
  const { currentLeaderEpoch, fetchOffset } = asked;
  if (currentLeaderEpoch >= 0 && currentLeaderEpoch < log.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;
  if (currentLeaderEpoch > log.leaderEpoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
  return fetchOffset < log.startOffset || fetchOffset > log.endOffset ? ErrorCode.OFFSET_OUT_OF_RANGE : ErrorCode.NONE;
}

function failed({ topic, partition }: PartitionRequest, errorCode: number): PartitionResponse {
  return {
    topic,
    partition,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    abortedTransactions: [],
    records: EMPTY_BYTES,
  };
}
