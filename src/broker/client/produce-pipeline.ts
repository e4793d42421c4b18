import type { MillraceError } from '../../util/errors.js';
import type { Headers } from '../../util/headers.js';
import type { CancelTimer } from '../../util/time.js';
import { partitionKey } from './client.js';
import type { ClientContext } from './client-context.js';
import type { ClusterView } from './cluster-view.js';
import { ErrorCode, errorName, reactionTo } from './error-codes.js';
import { BrokerUnavailableError } from './errors.js';
import { batchError, verdictOn } from './produce-errors.js';
import type { PendingBatch, ProduceQueue } from './produce-queue.js';
import type { ProducerSession } from './producer-session.js';
import type { ProduceResponse, TopicPartition } from './protocol.js';
import type { RecordAccumulator } from './record-accumulator.js';
import { Backoff } from './retry.js';

const REQUESTS_IN_FLIGHT = 5;
const REQUEST_BYTES = 16 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
/** How long a record may wait for others to share its batch, if no flush comes first. */
const LINGER_MS = 10;

/** What a pipeline needs of its writer. */
export interface ProduceGate {
  /** Adds partitions to the transaction before their first batch; asked only under the older protocol. */
  admit(partitions: readonly TopicPartition[]): Promise<void>;
  /** Records cannot be sent. */
  failed(error: MillraceError): void;
}

interface Sent {
  readonly queue: ProduceQueue;
  readonly batch: PendingBatch;
}
type Answer = ProduceResponse['partitions'][number];

/**
 * Sends what the accumulator holds: per leader up to five requests in flight, each with at most one batch of a partition.
 * What failed and may be mended is sent again, in order (see ProduceQueue). In a transaction any other failure halts the
 * pipeline; outside of one the batch is given up and the rest goes on under a new producer id.
 */
export class ProducePipeline {
  /** A request was sent since the last {@link begin}. */
  touched = false;
  private readonly requests = new Map<number, number>();
  private readonly backoff: Backoff;
  private readonly shortBackoff: Backoff;
  private inFlight = 0;
  private admitting = false;
  private halted = false;
  private renewal: 'none' | 'wanted' | 'under way' = 'none';
  private woken = false;
  private waiters: { readonly when: () => boolean; readonly resolve: () => void }[] = [];
  private cancelLinger: CancelTimer | undefined;
  private cancelRetry: CancelTimer | undefined;

  constructor(
    private readonly context: ClientContext,
    private readonly view: ClusterView,
    private readonly session: ProducerSession,
    private readonly records: RecordAccumulator,
    private readonly gate: ProduceGate,
  ) {
    this.backoff = new Backoff(context.random, 10, 500);
    this.shortBackoff = new Backoff(context.random, 3, 20);
  }

  private get transactional(): boolean {
    return this.session.transactionalId !== null;
  }

  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    if (this.halted) return;
    if (this.records.append(topic, partition, key, value, timestamp, headers)) this.wake();
    this.cancelLinger ??= this.context.clock.schedule(LINGER_MS, () => {
      this.sendCollected();
    });
  }

  /** Sends everything, as soon as its partition takes it. */
  sendCollected(): void {
    this.cancelLinger?.();
    this.cancelLinger = undefined;
    if (this.halted) return;
    this.records.collect();
    this.wake();
  }

  /** Resolves when everything is acknowledged or given up, and nothing is in flight. */
  idle(): Promise<void> {
    this.sendCollected();
    return this.until(() => this.inFlight === 0 && !this.admitting && (this.halted || this.isEmpty));
  }

  /** Resolves as soon as at most so many bytes are held, or the pipeline halted. */
  below(bytes: number): Promise<void> {
    this.sendCollected();
    return this.until(() => this.halted || this.records.bufferedBytes <= bytes);
  }

  private get isEmpty(): boolean {
    return this.records.idle && this.renewal === 'none';
  }

  private until(when: () => boolean): Promise<void> {
    if (when()) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiters.push({ when, resolve });
    });
  }

  private notify(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) {
      if (waiter.when()) waiter.resolve();
      else this.waiters.push(waiter);
    }
  }

  /** Drops what is not in flight and sends no more until {@link begin}. */
  halt(): void {
    this.halted = true;
    this.renewal = 'none';
    this.cancelLinger?.();
    this.cancelLinger = undefined;
    this.cancelRetry?.();
    this.records.drop();
    this.notify();
  }

  /** Starts to send again, for a new transaction or session. */
  begin(): void {
    this.halted = false;
    this.touched = false;
    this.records.begin();
  }

  private wake(): void {
    if (this.woken) return;
    this.woken = true;
    queueMicrotask(() => {
      this.woken = false;
      this.sendPending();
    });
  }

  private sendPending(): void {
    if (this.renewal === 'wanted' && this.inFlight === 0) void this.renew();
    if (this.halted || this.renewal !== 'none') return;
    this.records.closeDue();
    this.admitPartitions();
    const leaderless = new Set<string>();
    // One time for sending and for the timer: a batch that falls due in between would be left to neither.
    const nowMs = this.context.clock.monotonicMs();
    for (;;) {
      const requests = this.nextRequests(leaderless, nowMs);
      if (requests.size === 0) break;
      for (const [node, sent] of requests) void this.request(node, sent);
      this.records.closeDue();
    }
    if (leaderless.size > 0)
      void this.view.refresh(leaderless).then(() => {
        this.wake();
      });
    this.scheduleRetry(nowMs);
  }

  /** At most one batch of each partition, for the leaders that take another request. Marks them as in flight. */
  private nextRequests(leaderless: Set<string>, nowMs: number): Map<number, Sent[]> {
    const requests = new Map<number, Sent[]>();
    const sizes = new Map<number, number>();
    for (const queue of [...this.records.pending]) {
      if (!this.session.implicitPartitions && this.transactional && !queue.admitted) continue;
      const batch = queue.sendable(nowMs);
      if (batch === undefined || this.expire(queue, batch, nowMs)) continue;
      const leader = this.view.leader(queue);
      if (leader === undefined) {
        leaderless.add(queue.topic);
        continue;
      }
      const size = (sizes.get(leader.nodeId) ?? 0) + batch.bytes.length;
      if ((this.requests.get(leader.nodeId) ?? 0) >= REQUESTS_IN_FLIGHT) continue;
      if (size > REQUEST_BYTES && requests.has(leader.nodeId)) continue;
      sizes.set(leader.nodeId, size);
      requests.set(leader.nodeId, [...(requests.get(leader.nodeId) ?? []), { queue, batch }]);
      batch.inFlight = true;
      batch.sent = true;
    }
    for (const node of requests.keys()) this.requests.set(node, (this.requests.get(node) ?? 0) + 1);
    return requests;
  }

  private expire(queue: ProduceQueue, batch: PendingBatch, nowMs: number): boolean {
    if (nowMs < batch.deadlineMs) return false;
    const { topic, partition } = queue;
    this.giveUp(
      { queue, batch },
      new BrokerUnavailableError(`Records for partition ${partition} of topic "${topic}" could not be sent in time`, {
        context: { topic, partition },
      }),
    );
    return true;
  }

  private admitPartitions(): void {
    if (!this.transactional || this.session.implicitPartitions || this.admitting) return;
    const fresh = [...this.records.pending].filter((queue) => !queue.admitted);
    if (fresh.length === 0) return;
    this.admitting = true;
    this.touched = true;
    this.gate
      .admit(fresh)
      .then(
        () => {
          for (const queue of fresh) queue.admitted = true;
        },
        (error: unknown) => {
          this.gate.failed(error as MillraceError);
        },
      )
      .finally(() => {
        this.admitting = false;
        this.wake();
        this.notify();
      });
  }

  private async request(node: number, sent: readonly Sent[]): Promise<void> {
    this.touched = true;
    this.inFlight++;
    const partitions = sent.map(({ queue, batch }) => ({
      topic: queue.topic,
      partition: queue.partition,
      records: batch.bytes,
    }));
    const { transactionalId } = this.session;
    const message = { transactionalId, acks: -1, timeoutMs: REQUEST_TIMEOUT_MS, partitions } as const;
    try {
      const options = { timeoutMs: REQUEST_TIMEOUT_MS };
      const answer = await this.view.request(node, 'produce', 'Produce', message, options);
      this.takeAnswer(sent, answer);
    } catch (error) {
      this.context.log.debug({ err: error, node }, 'produce request failed');
      for (const one of sent) {
        one.batch.inFlight = false;
        if (error instanceof BrokerUnavailableError) this.tryAgain(one, ErrorCode.NETWORK_EXCEPTION);
        else this.giveUp(one, error as MillraceError);
      }
    } finally {
      this.inFlight--;
      this.requests.set(node, (this.requests.get(node) ?? 1) - 1);
      this.wake();
      this.notify();
    }
  }

  private takeAnswer(sent: readonly Sent[], answer: ProduceResponse): void {
    const answers = new Map(answer.partitions.map((partition) => [partitionKey(partition), partition]));
    for (const one of sent) {
      one.batch.inFlight = false;
      const found = answers.get(partitionKey(one.queue));
      if (found === undefined) this.tryAgain(one, ErrorCode.NETWORK_EXCEPTION);
      else this.settle(one, found);
    }
  }

  private settle(one: Sent, answer: Answer): void {
    const { queue, batch } = one;
    const verdict = verdictOn(answer.errorCode, batch, queue.isOldest(batch));
    if (answer.errorCode !== 0) {
      const { topic, partition } = queue;
      const error = errorName(answer.errorCode);
      this.context.log.debug({ topic, partition, error, sequence: batch.baseSequence, verdict }, 'batch refused');
    }
    switch (verdict) {
      case 'acknowledged':
        this.records.acknowledge(queue, batch, answer.baseOffset);
        this.backoff.reset();
        this.shortBackoff.reset();
        return;
      case 'retry':
        this.tryAgain(one, answer.errorCode);
        return;
      case 'split':
        if (this.halted) this.records.remove(queue, batch);
        else this.records.split(queue, batch);
        return;
      case 'renew':
        if (this.transactional) this.giveUp(one, this.errorOf(one, answer));
        else this.renewAfter(one);
        return;
      case 'failed':
        this.giveUp(one, this.errorOf(one, answer));
    }
  }

  private errorOf({ queue, batch }: Sent, answer: Answer): MillraceError {
    return batchError(queue, batch, answer, this.records.limitOf(queue.topic));
  }

  private tryAgain({ queue, batch }: Sent, errorCode: number): void {
    if (this.halted) {
      this.records.remove(queue, batch);
      return;
    }
    batch.failures++;
    if (reactionTo(errorCode) === 'moved') this.view.forgetTopic(queue.topic);
    const backoff = errorCode === ErrorCode.CONCURRENT_TRANSACTIONS ? this.shortBackoff : this.backoff;
    queue.notBeforeMs = this.context.clock.monotonicMs() + backoff.nextMs();
  }

  private giveUp({ queue, batch }: Sent, error: MillraceError): void {
    this.records.remove(queue, batch);
    if (this.halted) return;
    this.gate.failed(error);
    if (!this.transactional) this.renewal = 'wanted';
  }

  /** The broker does not know the producer (any more): nothing of the batch was written. */
  private renewAfter({ queue, batch }: Sent): void {
    if (this.halted) {
      this.records.remove(queue, batch);
      return;
    }
    batch.failures++;
    queue.broken = true;
    this.renewal = 'wanted';
  }

  private async renew(): Promise<void> {
    this.renewal = 'under way';
    try {
      await this.session.open();
      this.records.mend();
    } catch (error) {
      this.records.drop();
      this.gate.failed(error as MillraceError);
    }
    this.renewal = 'none';
    this.wake();
    this.notify();
  }

  private scheduleRetry(nowMs: number): void {
    this.cancelRetry?.();
    this.cancelRetry = undefined;
    let earliestMs = Infinity;
    for (const queue of this.records.pending)
      if (queue.notBeforeMs > nowMs) earliestMs = Math.min(earliestMs, queue.notBeforeMs);
    if (earliestMs === Infinity) return;
    this.cancelRetry = this.context.clock.schedule(earliestMs - nowMs, () => {
      this.wake();
    });
  }
}
