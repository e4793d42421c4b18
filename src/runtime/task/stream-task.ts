import { partitionKey, type FetchedRecords } from '../../broker/client/client.js';
import type { OffsetToCommit, TopicPartition } from '../../broker/client/protocol.js';
import type { TaskState } from '../../state/task-state.js';
import { EMISSION_SLICE } from '../../topology/processor.js';
import { Tick } from '../../topology/tick.js';
import { internal } from '../../util/errors.js';
import { AsyncCalls } from './async-calls.js';
import { CommittedMetadata } from './committed-metadata.js';
import { DeadLetters, RejectedRecord } from './dead-letter.js';
import { decodeOffsetMetadata } from './offset-metadata.js';
import { PartitionGroup } from './partition-group.js';
import { ProcessorGraph } from './processor-graph.js';
import { RecordQueue } from './record-queue.js';
import type { CommittedInput, Slice, Task, TaskOptions } from './task.js';
import { TaskMailbox } from './task-mailbox.js';
import type { TaskContext } from './task-context.js';
import { TaskPunctuations } from './task-punctuations.js';
import type { TaskScope } from './task-scope.js';
import type { TaskTracing } from './task-tracing.js';

/** A record that was not processed does not move stream time. */
const NO_TIME = -1;

const EMIT_INTERVAL_MS = 1_000;

/** The task that the stream loop and the test driver run. @see Task */
export class StreamTask implements Task {
  readonly id: string;
  readonly state: TaskState;
  readonly seeks = false;
  waiting = false;
  commitRequested = false;
  readonly #options: TaskOptions;
  readonly #calls: AsyncCalls;
  readonly #deadLetters: DeadLetters;
  readonly #mailbox: TaskMailbox;
  readonly #graph: ProcessorGraph;
  readonly #group: PartitionGroup;
  readonly #metadata = new CommittedMetadata();
  readonly #punctuations: TaskPunctuations;
  #queues = new Map<string, RecordQueue>();
  /** A punctuator ran or a cache was flushed: there may be state or output without an input offset. */
  #touched = false;

  constructor(options: TaskOptions) {
    this.#options = options;
    this.id = options.id;
    this.state = options.state;
    this.#calls = new AsyncCalls(options.context.record);
    this.#deadLetters = new DeadLetters(options.collector, options.context.partition, options.context.metrics);
    this.#mailbox = new TaskMailbox(options);
    const { clock, context, maxTaskIdleMs = 0 } = options;
    const { metrics } = context;
    this.#group = new PartitionGroup({ maxTaskIdleMs, enforced: metrics.enforced });
    this.#punctuations = new TaskPunctuations({ calls: this.#calls, metadata: this.#metadata, metrics, clock });
    this.#graph = new ProcessorGraph(this.#scope(), options.subTopologies);
    this.updateInputs(options.partitions);
    this.#restart(options.committed);
    metrics.watchBuffers(
      () => this.inputs.reduce((sum, input) => sum + input.bufferedRecords, 0),
      () => this.inputs.reduce((sum, input) => sum + input.bufferedBytes, 0),
    );
  }

  get context(): TaskContext {
    return this.#options.context;
  }

  get inputs(): readonly RecordQueue[] {
    return this.#group.queues;
  }

  get streamTimeMs(): number {
    return this.#group.streamTimeMs;
  }

  get awaitedSchema(): Promise<void> | undefined {
    return this.inputs.find((input) => input.pending !== undefined)?.pending;
  }

  get commitNeeded(): boolean {
    return this.#touched || this.#metadata.changed || this.inputs.some((input) => input.uncommitted);
  }

  get inFlight(): number {
    return this.#mailbox.inFlight;
  }

  get drained(): boolean {
    return !this.waiting && !this.#mailbox.ready && this.#mailbox.inFlight === 0;
  }

  drain(): void {
    this.#mailbox.draining = true;
  }

  initialize(): void {
    this.#punctuations.duringInit(() => {
      this.#graph.initialize();
    });
  }

  addRecords(fetched: FetchedRecords): void {
    const queue = this.#queues.get(partitionKey(fetched));
    if (queue === undefined) {
      const where = { task: this.id, topic: fetched.topic, partition: fetched.partition };
      throw internal('PARTITION_NOT_ASSIGNED', `task ${this.id} does not read ${partitionKey(fetched)}`, where);
    }
    const wasEmpty = queue.empty;
    queue.add(fetched);
    this.#group.added(queue, wasEmpty);
  }

  process(limit: number): Slice {
    this.#refuseWhileWaiting();
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    const startMs = clock.monotonicMs();
    let taken = 0;
    let events = 0;
    let slice: Slice = 'more';
    while (taken + events < limit && slice === 'more') {
      if (this.#mailbox.ready) {
        events++;
        slice = this.#orWait(this.#guard(this.#takeEvent));
      } else if (this.#mailbox.held || !this.#group.ready(nowMs)) slice = 'idle';
      else {
        taken++;
        slice = this.#orWait(this.#guard(this.#processNext));
      }
      if (this.commitRequested) break;
    }
    if (taken > 0) this.#count(taken, clock.monotonicMs() - startMs);
    if (taken + events > 0) this.#graph.observeAges(clock.nowMs());
    return slice;
  }

  punctuateWallClock(): boolean | Promise<boolean> {
    this.#refuseWhileWaiting();
    const nowMs = this.#options.clock.nowMs();
    if (!this.#punctuations.wallClockDue(nowMs)) return false;
    this.#touched = true;
    const slice = this.#orWait(this.#guard(() => this.#punctuations.runWallClock(nowMs)));
    return typeof slice === 'string' ? true : slice.then(() => true);
  }

  flushSlice(limit: number): Slice {
    this.#refuseWhileWaiting();
    let flushed = 0;
    const waiting = this.#guard(() => {
      flushed = this.#flush(limit);
      return this.#calls.active ? this.#calls.settled() : undefined;
    });
    return flushed === 0 && waiting === undefined ? 'idle' : this.#orWait(waiting);
  }

  consumedOffsets(): OffsetToCommit[] {
    return this.inputs
      .map((input) => input.offsetToCommit(this.#metadata.values))
      .filter((offset) => offset !== undefined);
  }

  prepareCommit(): OffsetToCommit[] {
    this.#refuseWhileWaiting();
    const offsets = this.consumedOffsets();
    for (const input of this.inputs) input.markCommitted();
    this.#metadata.changed = false;
    this.#touched = false;
    this.commitRequested = false;
    return offsets;
  }

  updateInputs(partitions: readonly TopicPartition[], committed?: ReadonlyMap<string, CommittedInput>): void {
    const queues = new Map<string, RecordQueue>();
    for (const partition of partitions) {
      const key = partitionKey(partition);
      queues.set(key, this.#queues.get(key) ?? this.#makeQueue(partition, committed?.get(key)));
    }
    this.#queues = queues;
    this.#group.update([...queues.values()]);
  }

  trace(tracing: TaskTracing | undefined): void {
    this.context.tracing = tracing;
    this.#graph.trace(tracing);
  }

  reset(committed: ReadonlyMap<string, CommittedInput>): void {
    this.#refuseWhileWaiting();
    try {
      this.#graph.close();
    } catch (error) {
      this.#options.log.warn({ task: this.id, err: error }, 'a processor failed to close before it was made again');
    }
    this.#mailbox.clear();
    this.#graph.recreate();
    this.#restart(committed);
    this.initialize();
  }

  close(): void {
    this.#calls.clear();
    this.#mailbox.clear();
    this.waiting = false;
    this.#punctuations.clear();
    try {
      this.#graph.close();
    } finally {
      this.#options.context.metrics.remove();
    }
  }

  #makeQueue(partition: TopicPartition, committed: CommittedInput | undefined): RecordQueue {
    const consumed = this.#options.context.metrics.consumed(partition.topic);
    const queue = new RecordQueue(this.#graph.sourceOf(partition.topic), partition, consumed, this.#options.wake);
    this.#start(queue, committed);
    return queue;
  }

  /** Starts an input from what was committed of it. Gives its partition time. */
  #start(queue: RecordQueue, committed: CommittedInput | undefined): number {
    const { partitionTime, processorMetadata } = decodeOffsetMetadata(committed?.metadata ?? '');
    queue.reset(committed, partitionTime);
    this.#metadata.merge(processorMetadata);
    return partitionTime;
  }

  /** Queues, times, schedules and metadata as at the last commit. */
  #restart(committed: ReadonlyMap<string, CommittedInput>): void {
    this.#punctuations.clear();
    this.#metadata.clear();
    this.#touched = false;
    this.commitRequested = false;
    let streamTimeMs = -1;
    for (const [key, queue] of this.#queues) {
      streamTimeMs = Math.max(streamTimeMs, this.#start(queue, committed.get(key)));
    }
    this.#group.reset(streamTimeMs);
    this.#options.context.setStreamTime(streamTimeMs);
  }

  /** Counts a slice, and observes its last record. */
  #count(taken: number, elapsedMs: number): void {
    const { metrics, record } = this.#options.context;
    metrics.processed.value += taken;
    metrics.processLatency.observe(elapsedMs / 1_000 / taken);
    if (record.timestamp >= 0) metrics.lateness.observe(Math.max(0, this.streamTimeMs - record.timestamp) / 1_000);
  }

  /** Takes the next record all the way, and runs the punctuations that it makes due. */
  readonly #processNext = (): Promise<void> | undefined => {
    const queue = this.#group.next();
    if (queue === undefined) return undefined;
    const record = queue.take();
    const { context } = this.#options;
    if (record instanceof RejectedRecord) {
      this.#group.taken(queue, NO_TIME);
      this.#deadLetters.write(record.deadLetterTopic, record.failure, record.timestamp);
      return undefined;
    }
    this.#group.taken(queue, record.timestamp);
    context.setStreamTime(this.#group.streamTimeMs);
    context.input = queue;
    context.enterRecord(queue.topic, queue.partition, queue.takenOffset, record.timestamp, record.headers);
    context.tracing?.read(queue, record);
    queue.source.receive(record);
    return this.#calls.active ? this.#finishRecord() : this.#punctuateStreamTime();
  };

  /** Takes an event of a node all the way. */
  readonly #takeEvent = (): Promise<void> | undefined => {
    this.#touched = true;
    this.#mailbox.takeNext();
    return this.#calls.active ? this.#calls.settled() : undefined;
  };

  async #finishRecord(): Promise<void> {
    await this.#calls.settled();
    await this.#guard(() => this.#punctuateStreamTime());
  }

  #flush(limit: number): number {
    const { context, state } = this.#options;
    const { input, scope } = context;
    const { topic, partition, offset, timestamp, headers } = context.record;
    const flushed = state.flushCaches(Math.min(limit, EMISSION_SLICE));
    context.enterRecord(topic, partition, offset, timestamp, headers);
    context.input = input;
    context.scope = scope;
    if (flushed > 0) this.#touched = true;
    return flushed;
  }

  /** Runs a step. If it throws while calls are pending, they are waited for before the failure is told. */
  #guard(step: () => Promise<void> | undefined): Promise<void> | undefined {
    try {
      return step();
    } catch (error) {
      if (!this.#calls.active) throw error;
      return this.#calls.abandon(error);
    }
  }

  /** `more`, unless there is something to wait for: `waiting`, or room in the writer. */
  #orWait(waiting: Promise<void> | undefined): Slice {
    if (waiting === undefined && !this.#options.collector.full) return 'more';
    return this.#wait(this.#thenDrain(waiting));
  }

  #punctuateStreamTime(): Promise<void> | undefined {
    const { streamTimeMs } = this.#group;
    if (!this.#punctuations.streamTimeDue(streamTimeMs)) return undefined;
    this.#touched = true;
    return this.#punctuations.runStreamTime(streamTimeMs);
  }

  async #thenDrain(waiting: Promise<void> | undefined): Promise<void> {
    await waiting;
    const { collector } = this.#options;
    if (collector.full) await collector.drain();
  }

  /** Marks the task as waiting until the promise is settled. */
  async #wait(promise: Promise<void>): Promise<void> {
    this.waiting = true;
    try {
      await promise;
    } finally {
      this.waiting = false;
    }
  }

  #newTick(streamTimeMs: number): Tick | undefined {
    const positions = this.#group.tryAwaitTick();
    if (positions === undefined) return undefined;
    this.commitRequested = true;
    return new Tick(streamTimeMs, this.#options.context.partition, positions);
  }

  #refuseWhileWaiting(): void {
    if (this.waiting) throw internal('TASK_WAITING', `task ${this.id} was driven while it waits`, { task: this.id });
  }

  #scope(): TaskScope {
    const { id, applicationId, context, state, globalStores, collector, clock, log, topology } = this.#options;
    const repartitionTopics = topology.subTopologies.flatMap((subTopology) => subTopology.repartitionTopics);
    return {
      id,
      applicationId,
      context,
      calls: this.#calls,
      state,
      caching: this.#options.cacheMaxBytes > 0,
      globalStores,
      collector,
      errorPolicies: this.#options.errorPolicies ?? {},
      deadLetters: this.#deadLetters,
      metadata: this.#metadata,
      emitIntervalMs: this.#options.emitIntervalMs ?? EMIT_INTERVAL_MS,
      repartitionTopics: new Set(repartitionTopics.map(({ name }) => name)),
      clock,
      log,
      streamTimeMs: () => this.#group.streamTimeMs,
      requestCommit: () => {
        this.commitRequested = true;
      },
      mailboxOf: (node) => this.#mailbox.of(node),
      newTick: (streamTimeMs) => this.#newTick(streamTimeMs),
      schedule: (node, intervalMs, type, punctuator) => this.#punctuations.schedule(node, intervalMs, type, punctuator),
    };
  }
}
