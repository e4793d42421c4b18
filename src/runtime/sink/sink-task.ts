import type { FetchedRecords } from '../../broker/client/client.js';
import type { OffsetToCommit } from '../../broker/client/protocol.js';
import type { TaskState } from '../../state/task-state.js';
import type { Record } from '../../topology/processor.js';
import { SinkFencedError, SinkUnavailableError } from '../../topology/sink.js';
import { MillraceError } from '../../util/errors.js';
import { toMillis } from '../../util/time.js';
import { AsyncCalls } from '../task/async-calls.js';
import { RejectedRecord } from '../task/dead-letter.js';
import { RecordAge } from '../task/record-age.js';
import { RecordQueue } from '../task/record-queue.js';
import type { CommittedInput, Slice, Task } from '../task/task.js';
import type { TaskContext } from '../task/task-context.js';
import type { TaskNode } from '../task/task-node.js';
import { TaskSource } from '../task/task-source.js';
import type { TaskTracing } from '../task/task-tracing.js';
import { encodeOffsetMetadata } from '../task/offset-metadata.js';
import { RejectedRecords } from './rejected-records.js';
import { RetryDelay } from './retry-delay.js';
import { SinkBatcher, type PlacedBatch, type RecordPlace } from './sink-batcher.js';
import { SinkLink, type SinkOutcome } from './sink-link.js';
import { SinkMetrics } from './sink-metrics.js';
import type { SinkTaskOptions } from './sink-task-options.js';

const NO_METADATA: ReadonlyMap<string, number> = new Map();

/**
 * The task of a sink: reads one partition, and hands it to the destination batch by batch. One batch is written while the next
 * is gathered; then the partition is held back. The writing goes on beside the loop, so a destination that is down stops no
 * other task and no commit.
 *
 *     connect → ( gather | write → written )* → close
 *        ↑ after a delay      ↓ failed: what is not durable is read again, from the position that the destination has
 *        └────────────────────┘
 *
 * What the group is told of the position only informs.
 */
export class SinkTask implements Task, TaskNode {
  readonly id: string;
  readonly name: string;
  readonly state: TaskState;
  readonly seeks = true;
  readonly waiting = false;
  readonly #options: SinkTaskOptions;
  readonly #queue: RecordQueue;
  readonly #batcher: SinkBatcher;
  readonly #link: SinkLink;
  readonly #delay: RetryDelay;
  readonly #rejected: RejectedRecords;
  readonly #metrics: SinkMetrics;
  readonly #age: RecordAge;
  readonly #flushIntervalMs: number;
  /** The batch being written, or to be written again without what was rejected. */
  #batch: PlacedBatch | undefined;
  /** Everything before is durable at the destination; undefined until a writer was opened. */
  #durable: number | undefined;
  /** When something was written that is not durable; undefined while there is nothing. */
  #undurableSinceMs: number | undefined;
  /** The position as the group has it. */
  #committedTo: number;

  constructor(options: SinkTaskOptions) {
    this.#options = options;
    const { id, context, connector, clock, random, log, input } = options;
    const { sink, name } = connector;
    this.id = id;
    this.name = name;
    this.state = options.state;
    this.#batcher = new SinkBatcher(sink.batching ?? {});
    this.#delay = new RetryDelay(sink.retry ?? {}, random);
    this.#flushIntervalMs =
      sink.batching?.flushInterval === undefined ? Infinity : toMillis(sink.batching.flushInterval);
    this.#rejected = new RejectedRecords(options);
    this.#committedTo = options.committed?.offset ?? -1;
    this.#age = new RecordAge(context.metrics.endToEnd(name));
    const { applicationId } = options;
    this.#link = new SinkLink({
      ...options,
      sink,
      context: { applicationId, sink: name, ...input, clock, log },
    });
    const source = new TaskSource(
      { id, context, calls: new AsyncCalls(context.record), errorPolicies: options.errorPolicies ?? {}, log },
      options.source,
    );
    source.connect([this]);
    this.#queue = new RecordQueue(source, input, context.metrics.consumed(input.topic), options.wake);
    this.#metrics = new SinkMetrics(options.metrics, { application: applicationId, task: id, node: name });
    this.#watch();
  }

  get context(): TaskContext {
    return this.#options.context;
  }

  get inputs(): readonly RecordQueue[] {
    return [this.#queue];
  }

  get streamTimeMs(): number {
    return this.#queue.partitionTime;
  }

  get awaitedSchema(): Promise<void> | undefined {
    return this.#queue.pending;
  }

  get commitNeeded(): boolean {
    return this.#rejected.uncommitted || (this.#position ?? -1) > this.#committedTo;
  }

  get commitRequested(): boolean {
    return this.#rejected.uncommitted;
  }

  /** What a sink has not written is at a position that is not moved. */
  get drained(): boolean {
    return true;
  }

  drain(): void {
    // A batch under way ends with `close`.
  }

  initialize(): void {
    this.#link.connect(0);
  }

  addRecords(fetched: FetchedRecords): void {
    this.#queue.add(fetched);
  }

  process(limit: number): Slice {
    this.#rejected.confirm();
    const outcome = this.#link.takeOutcome();
    if (outcome !== undefined) this.#settle(outcome);
    if (!this.#link.connected) return 'idle';
    const taken = this.#take(limit);
    this.#write();
    return taken < limit ? 'idle' : 'more';
  }

  /** Takes a record from the source. */
  receive(record: Record<unknown, unknown>): void {
    const { key, value, timestamp, headers } = record;
    const place = this.#queue.takenPlace as RecordPlace; // a record was just taken
    const offset = this.#queue.takenOffset;
    this.#batcher.add({ key, value, timestamp, headers, offset }, place, this.#options.clock.monotonicMs());
  }

  failed(error: unknown): void {
    throw error;
  }

  punctuateWallClock(): boolean {
    return false;
  }

  flushSlice(): Slice {
    return 'idle';
  }

  consumedOffsets(): OffsetToCommit[] {
    const offset = this.#position;
    if (offset === undefined) return [];
    const { topic, partition, partitionTime } = this.#queue;
    const metadata = encodeOffsetMetadata({ partitionTime, processorMetadata: NO_METADATA });
    return [{ topic, partition, offset, leaderEpoch: -1, metadata }];
  }

  prepareCommit(): OffsetToCommit[] {
    const offsets = this.consumedOffsets();
    this.#committedTo = this.#position ?? this.#committedTo;
    this.#rejected.prepare();
    return offsets;
  }

  updateInputs(): void {
    // A sink reads one topic, by its name.
  }

  /** The dead letters of an aborted transaction are written again: what they are of is read again. */
  reset(committed: ReadonlyMap<string, CommittedInput>): void {
    this.#committedTo = [...committed.values()][0]?.offset ?? -1;
    if (this.#rejected.drop()) this.#reconnect(0);
  }

  trace(tracing: TaskTracing | undefined): void {
    this.context.tracing = tracing;
  }

  async close(): Promise<void> {
    const rest = this.#batch === undefined && this.#batcher.pending && !this.#rejected.waiting;
    await this.#link.close(rest ? this.#batcher.cut(this.#queue.position) : undefined);
    this.#options.context.metrics.remove();
  }

  /** Where the destination is, as far as that concerns the group: past what no sink is given, once all else is written. */
  get #position(): number | undefined {
    const { size, pending } = this.#batcher;
    const done = size === 0 && !pending && this.#batch === undefined && this.#undurableSinceMs === undefined;
    return this.#durable !== undefined && done ? Math.max(this.#durable, this.#queue.position) : this.#durable;
  }

  #take(limit: number): number {
    const { clock, context } = this.#options;
    let taken = 0;
    while (taken < limit && !this.#batcher.full && this.#queue.tryReady()) {
      const record = this.#queue.take();
      taken++;
      if (record instanceof RejectedRecord) {
        this.#rejected.writeUnreadable(record);
        this.#batcher.mark(clock.monotonicMs());
      } else {
        this.#queue.source.receive(record);
        context.tracing?.handOver(this.#queue, record, this.name);
      }
    }
    context.metrics.processed.value += taken;
    return taken;
  }

  #write(): void {
    if (!this.#link.ready || this.#rejected.waiting) return;
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#batch === undefined && this.#batcher.due(nowMs)) this.#batch = this.#batcher.cut(this.#queue.position);
    if (this.#batch !== undefined) this.#link.write(this.#batch);
    else if (nowMs - (this.#undurableSinceMs ?? nowMs) >= this.#flushIntervalMs) this.#link.flush();
  }

  #settle(outcome: SinkOutcome): void {
    switch (outcome.kind) {
      case 'opened':
        this.#readFrom(outcome.offset);
        return;
      case 'written':
        this.#written(outcome.position, outcome.elapsedMs);
        return;
      case 'rejected':
        this.#batch = this.#batch && this.#rejected.without(this.#batch, outcome.error);
        this.#metrics.rejected.value += outcome.error.rejected.length;
        if (this.#batch === undefined) this.#reconnect(this.#delay.nextMs());
        return;
      case 'failed':
        this.#retry(outcome.error);
    }
  }

  #readFrom(offset: number): void {
    this.#options.log.info({ task: this.id, node: this.name, offset }, 'sink opened');
    this.#drop();
    this.#durable = offset;
    this.#queue.reset({ offset, metadata: '' }, this.#queue.partitionTime);
    this.#options.seek(offset);
  }

  #written(position: number, elapsedMs: number): void {
    this.#metrics.writeLatency.observe(elapsedMs / 1_000);
    this.#durable = position;
    this.#delay.reset();
    const { clock } = this.#options;
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch === undefined || position >= batch.nextOffset) this.#undurableSinceMs = undefined;
    else this.#undurableSinceMs ??= clock.monotonicMs();
    if (batch === undefined) return;
    this.#metrics.batches.value++;
    this.#metrics.records.value += batch.records.length;
    this.#age.lastTimestamp = batch.records.at(-1)?.timestamp ?? -1;
    this.#age.observe(clock.nowMs());
  }

  #retry(error: unknown): void {
    if (error instanceof MillraceError && (error.kind === 'invalid' || error.kind === 'internal')) throw error;
    const asked = error instanceof SinkUnavailableError ? error.retryAfterMs : 0;
    const retryInMs = Math.max(asked, Math.round(this.#delay.nextMs()));
    const where = { task: this.id, node: this.name, retryInMs };
    this.#metrics.retries.value++;
    if (error instanceof SinkFencedError) {
      this.#metrics.fenced.value++;
      this.#options.rejoin(`sink "${this.name}" was fenced`);
    }
    this.#options.log.warn({ ...where, err: error }, 'a sink failed, trying again');
    this.#reconnect(retryInMs);
  }

  #reconnect(delayMs: number): void {
    this.#drop();
    this.#link.connect(delayMs);
  }

  /** Forgets what is not durable. */
  #drop(): void {
    this.#batch = undefined;
    this.#undurableSinceMs = undefined;
    this.#batcher.clear();
    this.#rejected.drop();
  }

  #watch(): void {
    const { metrics } = this.#options.context;
    const pending = (): number => this.#batcher.size + (this.#batch?.records.length ?? 0);
    this.#metrics.watch(() => this.#link.connected, pending);
    metrics.watchBuffers(
      () => this.#queue.bufferedRecords,
      () => this.#queue.bufferedBytes,
    );
  }
}
