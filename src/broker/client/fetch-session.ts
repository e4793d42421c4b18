import { MillraceError } from '../../util/errors.js';
import type { CancelTimer } from '../../util/time.js';
import { type ReaderOptions, partitionKey } from './client.js';
import type { ClientContext } from './client-context.js';
import type { ClusterView, Leader } from './cluster-view.js';
import { ErrorCode, errorName, reactionTo, responseError } from './error-codes.js';
import { OffsetOutOfRangeError } from './errors.js';
import type { PartitionAnswer, PartitionFetch } from './partition-fetch.js';
import type { FetchResponse } from './protocol.js';
import { Backoff } from './retry.js';
import type { Signal } from './signal.js';

const MOST_WAIT_MS = 100;
/** While a partition of the leader is held back (its buffer is full), the others may not hold the request for long. */
const HELD_BACK_WAIT_MS = 10;
const ANSWER_TIMEOUT_MS = 10_000;

interface Asked {
  readonly fetch: PartitionFetch;
  readonly leader: Leader;
}

/**
 * Keeps one fetch under way at every leader of the partitions read, while the caller processes, as long as less than
 * `maxBytes` wait in all and `maxPartitionBytes` in a partition. A fetch that fails changes nothing but the time of the
 * next: an offset is only ever asked anew, so nothing is lost or repeated.
 */
export class FetchSession {
  closed = false;
  private readonly nodesUnderWay = new Set<number>();
  private readonly running = new Set<Promise<void>>();
  private readonly backoff: Backoff;
  private readonly maxWaitMs: number;
  private readonly maxPartitionBytes: number;
  private readonly maxBytes: number;
  private woken = false;
  private cancelTimer: CancelTimer | undefined;

  constructor(
    private readonly context: ClientContext,
    private readonly view: ClusterView,
    private readonly options: ReaderOptions,
    private readonly partitions: Map<string, PartitionFetch>,
    private readonly arrival: Signal,
  ) {
    this.backoff = new Backoff(context.random, 20, 500);
    this.maxWaitMs = Math.min(options.maxWaitMs ?? MOST_WAIT_MS, MOST_WAIT_MS);
    this.maxPartitionBytes = options.maxPartitionBytes ?? 1024 * 1024;
    this.maxBytes = options.maxBytes ?? 16 * 1024 * 1024;
  }

  /** Asks for what may be asked for, after the changes made in this turn. */
  wake(): void {
    if (this.woken || this.closed) return;
    this.woken = true;
    queueMicrotask(() => {
      this.woken = false;
      this.askLeaders();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancelTimer?.();
    this.arrival.raise();
    await Promise.all(this.running);
  }

  private askLeaders(): void {
    if (this.closed) return;
    const { byNode, leaderless, heldBack, earliestMs } = this.plan();
    if (leaderless.size > 0) this.track(this.view.refresh(leaderless), true);
    for (const [node, asked] of byNode) {
      this.nodesUnderWay.add(node);
      this.track(this.fetchFrom(node, asked, heldBack.has(node)), true);
    }
    this.wakeAt(earliestMs);
  }

  private track(work: Promise<void>, wakes: boolean): void {
    const tracked = work.finally(() => {
      this.running.delete(tracked);
      if (wakes) this.wake();
    });
    this.running.add(tracked);
  }

  /** Who is to be asked for what, of the leaders without a fetch under way. */
  private plan(): Plan {
    const plan: Plan = { byNode: new Map(), leaderless: new Set(), heldBack: new Set(), earliestMs: Infinity };
    const nowMs = this.context.clock.monotonicMs();
    let buffered = 0;
    for (const fetch of this.partitions.values()) buffered += fetch.bufferedBytes;
    for (const fetch of this.partitions.values()) {
      if (fetch.paused || fetch.failure !== undefined || fetch.underWay) continue;
      const leader = this.view.leader(fetch);
      if (leader === undefined) plan.leaderless.add(fetch.topic);
      else if (this.nodesUnderWay.has(leader.nodeId)) continue;
      else if (fetch.bufferedBytes >= this.maxPartitionBytes || buffered >= this.maxBytes)
        plan.heldBack.add(leader.nodeId);
      else if (fetch.notBeforeMs > nowMs) plan.earliestMs = Math.min(plan.earliestMs, fetch.notBeforeMs);
      else plan.byNode.set(leader.nodeId, [...(plan.byNode.get(leader.nodeId) ?? []), { fetch, leader }]);
    }
    return plan;
  }

  private wakeAt(timeMs: number): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (timeMs === Infinity) return;
    this.cancelTimer = this.context.clock.schedule(timeMs - this.context.clock.monotonicMs(), () => {
      this.wake();
    });
  }

  private async fetchFrom(node: number, asked: readonly Asked[], heldBack: boolean): Promise<void> {
    for (const { fetch } of asked) fetch.underWay = true;
    try {
      const answer = await this.request(
        node,
        asked,
        heldBack ? Math.min(HELD_BACK_WAIT_MS, this.maxWaitMs) : this.maxWaitMs,
      );
      if (answer.errorCode !== 0) throw responseError(answer.errorCode, `A fetch from node ${node}`);
      this.takeAnswer(asked, answer);
    } catch (error) {
      if (this.closed) return;
      this.context.log.debug({ err: error, node }, 'fetch failed, trying again');
      const waitMs = this.backoff.nextMs();
      for (const { fetch } of asked) this.askAgain(fetch, waitMs, true);
    } finally {
      for (const { fetch } of asked) fetch.underWay = false;
      this.nodesUnderWay.delete(node);
    }
  }

  private request(node: number, asked: readonly Asked[], maxWaitMs: number): Promise<FetchResponse> {
    const partitions = asked.map(({ fetch, leader }) => ({
      topic: fetch.topic,
      partition: fetch.partition,
      fetchOffset: fetch.asked,
      maxBytes: this.maxPartitionBytes,
      currentLeaderEpoch: leader.epoch,
    }));
    const { isolation, channel } = this.options;
    const message = { isolation, maxWaitMs, minBytes: 1, maxBytes: this.maxBytes, partitions };
    return this.view.request(node, channel, 'Fetch', message, { timeoutMs: maxWaitMs + ANSWER_TIMEOUT_MS });
  }

  private takeAnswer(asked: readonly Asked[], answer: FetchResponse): void {
    const waiting = new Map(asked.map(({ fetch }) => [partitionKey(fetch), fetch]));
    for (const partition of answer.partitions) {
      const key = partitionKey(partition);
      const fetch = waiting.get(key);
      // A seek or a removal in the meantime: the answer is nobody's.
      if (fetch === undefined || this.partitions.get(key) !== fetch) continue;
      if (partition.errorCode === 0) this.takeRecords(key, fetch, partition);
      else this.takeError(fetch, partition.errorCode);
      if (fetch.ready) this.arrival.raise();
    }
  }

  private takeRecords(key: string, fetch: PartitionFetch, answer: PartitionAnswer): void {
    try {
      if (!fetch.take(answer, this.options.isolation)) return;
    } catch (error) {
      fetch.failure = failureOf(fetch, error);
      return;
    }
    this.backoff.reset();
    // Asked for last next time: a broker fills its answer from the front, and each partition shall have its turn.
    this.partitions.delete(key);
    this.partitions.set(key, fetch);
  }

  private takeError(fetch: PartitionFetch, errorCode: number): void {
    const { topic, partition } = fetch;
    const reaction = reactionTo(errorCode);
    if (errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) {
      fetch.failure = new OffsetOutOfRangeError(topic, partition, fetch.asked);
    } else if (errorCode === ErrorCode.CORRUPT_MESSAGE || (reaction === 'final' && errorCode >= 0)) {
      const where = `Reading partition ${partition} of topic "${topic}" at offset ${fetch.asked}`;
      fetch.failure = responseError(errorCode, where, {
        context: { topic, partition, offset: fetch.asked },
        access: { api: 'Fetch', topic },
      });
    } else {
      this.context.log.debug({ topic, partition, error: errorName(errorCode) }, 'fetch refused, trying again');
      this.askAgain(fetch, this.backoff.nextMs(), reaction === 'moved');
    }
  }

  private askAgain(fetch: PartitionFetch, waitMs: number, moved: boolean): void {
    fetch.notBeforeMs = this.context.clock.monotonicMs() + waitMs;
    if (moved) this.view.forgetTopic(fetch.topic);
  }
}

interface Plan {
  readonly byNode: Map<number, Asked[]>;
  readonly leaderless: Set<string>;
  readonly heldBack: Set<number>;
  earliestMs: number;
}

/** A decoding error with the partition it is about. */
function failureOf({ topic, partition, asked }: PartitionFetch, error: unknown): Error {
  if (!(error instanceof MillraceError)) return error as Error;
  const { code, kind, hint } = error;
  const message = `Partition ${partition} of topic "${topic}": ${error.message}`;
  return new MillraceError({ code, kind, hint, message, cause: error, context: { topic, partition, offset: asked } });
}
