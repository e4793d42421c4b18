import type { Serde } from '../../serde/serde.js';
import type { PendingBuffer } from '../../state/pending/pending-store.js';
import type { Mailbox } from '../../topology/mailbox.js';
import type { Processor, ProcessorContext, Record } from '../../topology/processor.js';
import { backoffMs } from '../../util/backoff.js';
import { bytesToMapKey } from '../../util/bytes.js';
import { AsyncBatchMismatchError, AsyncCallFailedError, AsyncCallTimedOutError, AsyncDeadlinePassedError } from './async-call-error.js'; // prettier-ignore
import { AsyncMetrics, type CallsView } from './async-metrics.js';
import type { AsyncSettings } from './async-options.js';
import type { AsyncSteps, BatchedCall } from './async-processor.js';
import { CallGate } from './call-gate.js';
import { CallQueue } from './call-queue.js';
import { idempotencyKey, Ordinals } from './idempotency-key.js';
import { PendingCall } from './pending-call.js';
import type { PendingValue } from './pending-value.js';

/** What the calls of a node are made with. */
export interface AsyncCalling<K, V> {
  readonly storeName: string;
  readonly settings: AsyncSettings;
  /** Results after the deadline are taken all the same. */
  readonly takesLate: boolean;
  readonly key: Serde<K>;
  readonly value: Serde<V>;
}

/** The steps of a node, with a call for each batch of records; each of them has its own outcome. */
export interface AsyncBatchSteps<K, V, KO, VO, Q, R> extends AsyncSteps<K, V, KO, VO, Q, R> {
  callAll(calls: readonly BatchedCall<K, Q>[], signal: AbortSignal): Promise<readonly PromiseSettledResult<R>[]>;
}

/** A call under way. */
interface Flight<C> {
  readonly calls: readonly C[];
  readonly controller: AbortController;
  readonly begunMs: number;
  cancelTimeout(): void;
  /** Waits for its outcome no longer. */
  abandon(): void;
}

/**
 * Makes the calls of a node beside the record path. Each record stands in a logged buffer from when it comes until its result
 * has been taken, in the transaction of what is made of it: so the input goes on, and is committed, past records that wait, and
 * after a crash, an abort or a rebalance they are called for again, in the order in which they came.
 */
export class AsyncCallProcessor<K, V, KO, VO, Q, R> implements Processor<K, V, KO, VO>, CallsView {
  readonly #flights = new Set<Flight<PendingCall<K, V, Q>>>();
  readonly #queue = new CallQueue<PendingCall<K, V, Q>>();
  readonly #ordinals = new Ordinals();
  #context!: ProcessorContext<KO, VO>; // these five are set by init, which always comes before process
  #mailbox!: Mailbox;
  #buffer!: PendingBuffer<PendingValue<K, V, Q>>;
  #gate!: CallGate;
  #metrics!: AsyncMetrics;
  #cancelLook: () => void = () => undefined;

  constructor(
    private readonly steps: AsyncBatchSteps<K, V, KO, VO, Q, R>,
    private readonly calling: AsyncCalling<K, V>,
  ) {}

  get inFlight(): number {
    return this.#flights.size;
  }
  get pending(): number {
    return this.#buffer.size;
  }
  get open(): boolean {
    return this.#gate.open;
  }

  init(context: ProcessorContext<KO, VO>): void {
    this.#context = context;
    this.#mailbox = context.mailbox;
    this.#buffer = context.getStateStore(this.calling.storeName);
    this.#gate = new CallGate(this.calling.settings, this.#mailbox.monotonicMs());
    this.#metrics = new AsyncMetrics(context.metrics, this);
    this.steps.init?.(context);
    for (const [sequence, pending] of this.#buffer.all()) this.#enter(this.#callOf(sequence, pending));
    if (this.#buffer.size > 0) this.#mailbox.enqueue(this.#goOn);
  }

  process({ key, value, timestamp, headers }: Record<K, V>): void {
    const origin = { ...(this.#context.recordMetadata() ?? NO_ORIGIN), timestamp, headers };
    const pending = {
      value: { key, value, request: undefined },
      context: origin,
      ordinal: this.#ordinals.next(origin),
      arrivedMs: this.#context.currentSystemTimeMs(),
      attempt: 0,
    };
    const call = this.#callOf(this.#buffer.add(pending), pending);
    this.#enter(call);
    this.#goOn();
  }

  close(): void {
    for (const { controller } of this.#flights) controller.abort();
    this.#flights.clear();
    this.steps.close?.();
  }

  #callOf(sequence: number, pending: PendingCall<K, V, Q>['pending']): PendingCall<K, V, Q> {
    const { settings, key: keySerde } = this.calling;
    const { key } = pending.value;
    const lane = settings.byKey && key !== null ? bytesToMapKey(keySerde.serialize(key)) : undefined;
    return new PendingCall(sequence, pending, lane);
  }

  #enter(call: PendingCall<K, V, Q>): void {
    this.#queue.add(call, this.#mailbox.monotonicMs());
    const { deadlineMs } = this.calling.settings;
    if (deadlineMs === Infinity) return;
    const leftMs = Math.max(0, call.pending.arrivedMs + deadlineMs - this.#context.currentSystemTimeMs());
    call.cancelDeadline = this.#mailbox.schedule(leftMs, () => {
      this.#deadlinePassed(call);
      this.#goOn();
    });
  }

  /** Begins the calls that may begin; comes back when the next may. */
  readonly #goOn = (): void => {
    const { concurrency, maxPending } = this.calling.settings;
    this.#cancelLook();
    while (this.#queue.readyCount > 0 && this.#flights.size < concurrency && !this.#mailbox.isDraining()) {
      const delayMs = this.#delayMs();
      if (delayMs > 0) {
        if (delayMs < Infinity) this.#cancelLook = this.#mailbox.schedule(delayMs, this.#goOn);
        break;
      }
      this.#begin(this.#queue.take(this.calling.settings.maxBatch));
    }
    this.#mailbox.holdInputs(this.#buffer.size >= maxPending);
  };

  /** How long until the next call may begin, of those whose turn it is. */
  #delayMs(): number {
    const { maxBatch, lingerMs } = this.calling.settings;
    const nowMs = this.#mailbox.monotonicMs();
    const lingers = this.#queue.readyCount < maxBatch ? this.#queue.readySinceMs + lingerMs - nowMs : 0;
    return Math.max(lingers, this.#gate.delayMs(nowMs));
  }

  #begin(taken: readonly PendingCall<K, V, Q>[]): void {
    const calls = this.steps.before === undefined ? taken : taken.filter((call) => this.#prepare(call));
    if (calls.length === 0) return;
    const { timeoutMs } = this.calling.settings;
    const controller = new AbortController();
    this.#gate.begun();
    this.#metrics.calls.value++;
    const work = this.#ask(calls, controller.signal);
    const flight: Flight<PendingCall<K, V, Q>> = {
      calls,
      controller,
      begunMs: this.#mailbox.monotonicMs(),
      cancelTimeout: this.#mailbox.schedule(timeoutMs, () => {
        this.#metrics.timeouts.value++;
        controller.abort();
        this.#end(flight, rejected(new AsyncCallTimedOutError(this.#context.nodeName, timeoutMs)));
      }),
      abandon: this.#mailbox.whenSettled(work, (outcome) => {
        this.#end(flight, outcome);
      }),
    };
    this.#flights.add(flight);
  }

  /** Makes the request of a record, unless it was made before; gives whether there is one. */
  #prepare(call: PendingCall<K, V, Q>): boolean {
    const { pending, record } = call;
    if (pending.value.request !== undefined) return true;
    this.#within(call, () => {
      const request = this.steps.before?.(record) ?? null;
      call.pending = { ...pending, value: { ...pending.value, request } };
      this.#buffer.update(call.sequence, call.pending);
    });
    if (call.pending !== pending) return true;
    this.#finish(call); // it failed, and the policy skips it
    return false;
  }

  async #ask(calls: readonly PendingCall<K, V, Q>[], signal: AbortSignal): Promise<readonly PromiseSettledResult<R>[]> {
    const results = await this.steps.callAll(
      calls.map(({ pending, record }) => ({
        key: record.key,
        request: (pending.value.request === undefined ? pending.value.value : pending.value.request) as Q, // without `before` the value is the request
        idempotencyKey: idempotencyKey(this.#context, pending),
        attempt: pending.attempt + 1,
        timestamp: pending.context.timestamp,
        headers: pending.context.headers,
      })),
      signal,
    );
    if (results.length === calls.length) return results;
    throw new AsyncBatchMismatchError(this.#context.nodeName, calls.length, results.length);
  }

  #end(flight: Flight<PendingCall<K, V, Q>>, outcome: PromiseSettledResult<readonly PromiseSettledResult<R>[]>): void {
    const nowMs = this.#mailbox.monotonicMs();
    this.#metrics.latency.observe((nowMs - flight.begunMs) / 1_000);
    this.#gate.ended(outcome.status === 'rejected' && this.#mendable(outcome.reason), nowMs);
    this.#drop(flight);
    flight.calls.forEach((call, index) => {
      const result = outcome.status === 'rejected' ? outcome : outcome.value[index];
      if (call.done || result === undefined) return;
      if (result.status === 'rejected') this.#attemptFailed(call, result.reason);
      else this.#take(call, result.value);
    });
    this.#goOn();
  }

  /** Nobody waits for the call any more. */
  #drop(flight: Flight<PendingCall<K, V, Q>>): void {
    flight.cancelTimeout();
    flight.abandon();
    this.#flights.delete(flight);
  }

  #take(call: PendingCall<K, V, Q>, result: R): void {
    this.#finish(call);
    this.#within(call, () => {
      this.steps.after(call.record, result, { late: call.late, attempts: call.pending.attempt + 1 });
    });
  }

  #attemptFailed(call: PendingCall<K, V, Q>, error: unknown): void {
    const { attempts, backoff } = this.calling.settings;
    const attempt = call.pending.attempt + 1;
    call.pending = { ...call.pending, attempt };
    if (attempt >= attempts || !this.#mendable(error)) {
      this.#fail(call, error);
      return;
    }
    this.#metrics.retries.value++;
    this.#buffer.update(call.sequence, call.pending);
    this.#mailbox.schedule(backoffMs(backoff, attempt, this.#mailbox.random()), () => {
      if (!call.done) this.#queue.again(call, this.#mailbox.monotonicMs());
      this.#goOn();
    });
  }

  #deadlinePassed(call: PendingCall<K, V, Q>): void {
    if (call.done) return;
    if (this.calling.takesLate) {
      call.late = true;
      this.#metrics.late.value++;
      this.#queue.release(call, this.#mailbox.monotonicMs());
      return;
    }
    const flight = [...this.#flights].find(({ calls }) => calls.includes(call));
    if (flight !== undefined) call.pending = { ...call.pending, attempt: call.pending.attempt + 1 };
    this.#fail(call, new AsyncDeadlinePassedError(this.#context.nodeName, this.calling.settings.deadlineMs));
    if (flight?.calls.every(({ done }) => done) !== true) return;
    flight.controller.abort();
    this.#gate.ended(true, this.#mailbox.monotonicMs());
    this.#drop(flight);
  }

  #fail(call: PendingCall<K, V, Q>, cause: unknown): void {
    this.#finish(call);
    this.#metrics.failed.value++;
    const { topic, partition, offset } = call.pending.context;
    const where = { task: this.#context.taskId, node: this.#context.nodeName, topic, partition, offset };
    const error = new AsyncCallFailedError(call.pending.attempt, where, cause);
    this.#within(call, () => {
      if (this.steps.failed === undefined) throw error;
      this.steps.failed(call.record, error);
    });
  }

  /** There is a result, or there will be none. */
  #finish(call: PendingCall<K, V, Q>): void {
    call.done = true;
    call.cancelDeadline();
    this.#buffer.remove(call.sequence);
    this.#queue.remove(call, this.#mailbox.monotonicMs());
  }

  #within({ pending, record }: PendingCall<K, V, Q>, step: () => void): void {
    const { key, value } = this.calling;
    this.#mailbox.within(pending.context, step, () => ({
      key: record.key === null ? null : key.serialize(record.key),
      value: record.value === null ? null : value.serialize(record.value),
    }));
  }

  #mendable(error: unknown): boolean {
    return this.calling.settings.retryIf(error);
  }
}

const NO_ORIGIN = { topic: '', partition: -1, offset: -1 };

function rejected(reason: Error): PromiseRejectedResult {
  return { status: 'rejected', reason };
}
