import { partitionKey, type FetchedRecords } from '../../broker/client/client.js';
import type { OffsetToCommit, TopicPartition } from '../../broker/client/protocol.js';
import type { TaskState } from '../../state/task-state.js';
import type { Cancellable, PunctuationType, Punctuator } from '../../topology/processor.js';
import { EMISSION_SLICE } from '../../topology/processor.js';
import { internal } from '../../util/errors.js';
import { AsyncCalls } from './async-calls.js';
import { CommittedMetadata } from './committed-metadata.js';
import { decodeOffsetMetadata } from './offset-metadata.js';
import { PartitionGroup } from './partition-group.js';
import { ProcessorGraph } from './processor-graph.js';
import { PunctuationQueue, type Punctuation } from './punctuation-queue.js';
import { RecordQueue } from './record-queue.js';
import type { CommittedInput, Slice, Task, TaskOptions } from './task.js';
import type { TaskNode } from './task-node.js';
import { TaskProcessor } from './task-processor.js';
import type { TaskScope } from './task-scope.js';

/** The task that the stream loop and the test driver run. @see Task */
export class StreamTask implements Task {
  readonly id: string;
  readonly state: TaskState;
  waiting = false;
  commitRequested = false;
  readonly #options: TaskOptions;
  readonly #calls: AsyncCalls;
  readonly #graph: ProcessorGraph;
  readonly #group: PartitionGroup;
  readonly #metadata = new CommittedMetadata();
  readonly #streamTimePunctuations = new PunctuationQueue();
  readonly #wallClockPunctuations = new PunctuationQueue();
  /** Stream-time punctuators scheduled in `init` so far, by node: their number names their due time in the metadata. */
  readonly #scheduled = new Map<string, number>();
  #queues = new Map<string, RecordQueue>();
  #initializing = false;
  /** A punctuator ran or a cache was flushed: there may be state or output without an input offset. */
  #touched = false;

  constructor(options: TaskOptions) {
    this.#options = options;
    this.id = options.id;
    this.state = options.state;
    this.#calls = new AsyncCalls(options.context.record);
    const enforced = options.context.metrics.enforced;
    this.#group = new PartitionGroup({ maxTaskIdleMs: options.maxTaskIdleMs ?? 0, enforced });
    this.#graph = new ProcessorGraph(this.#scope(), options.subTopologies);
    this.updateInputs(options.partitions);
    this.#restart(options.committed);
  }

  get inputs(): readonly RecordQueue[] {
    return this.#group.queues;
  }

  get streamTimeMs(): number {
    return this.#group.streamTimeMs;
  }

  get commitNeeded(): boolean {
    return this.#touched || this.#metadata.changed || this.inputs.some((input) => input.uncommitted);
  }

  initialize(): void {
    this.#initializing = true;
    this.#scheduled.clear();
    this.#graph.initialize();
    this.#initializing = false;
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
    const { clock, collector, context } = this.#options;
    const nowMs = clock.nowMs();
    const startMs = clock.monotonicMs();
    let taken = 0;
    let slice: Slice = 'more';
    while (taken < limit) {
      if (!this.#group.ready(nowMs)) {
        slice = 'idle';
        break;
      }
      taken++;
      const waiting = this.#processNext();
      if (waiting !== undefined || collector.full) {
        slice = this.#wait(this.#thenDrain(waiting));
        break;
      }
      if (this.commitRequested) break;
    }
    context.metrics.processed.value += taken;
    if (taken > 0) context.metrics.processLatency.observe((clock.monotonicMs() - startMs) / 1_000 / taken);
    return slice;
  }

  punctuateWallClock(): boolean | Promise<boolean> {
    this.#refuseWhileWaiting();
    const nowMs = this.#options.clock.nowMs();
    if (this.#wallClockPunctuations.nextDueMs > nowMs) return false;
    const waiting = this.#punctuate(this.#wallClockPunctuations, nowMs);
    return waiting === undefined ? true : this.#wait(waiting).then(() => true);
  }

  flushSlice(limit: number): Slice {
    this.#refuseWhileWaiting();
    const { collector, context, state } = this.#options;
    const { timestamp, headers } = context.record;
    const flushed = state.flushCaches(Math.min(limit, EMISSION_SLICE));
    context.record.timestamp = timestamp;
    context.record.headers = headers;
    if (flushed > 0) this.#touched = true;
    if (this.#calls.active || collector.full) {
      return this.#wait(this.#thenDrain(this.#calls.active ? this.#calls.settled() : undefined));
    }
    return flushed === 0 ? 'idle' : 'more';
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

  updateInputs(partitions: readonly TopicPartition[]): void {
    const queues = new Map<string, RecordQueue>();
    for (const partition of partitions) {
      const key = partitionKey(partition);
      const queue = this.#queues.get(key) ?? new RecordQueue(this.#graph.sourceOf(partition.topic), partition);
      queues.set(key, queue);
    }
    this.#queues = queues;
    this.#group.update([...queues.values()]);
  }

  reset(committed: ReadonlyMap<string, CommittedInput>): void {
    this.#calls.clear();
    this.waiting = false;
    this.#graph.close();
    this.#graph.recreate();
    this.#restart(committed);
    this.initialize();
  }

  close(): void {
    this.#calls.clear();
    this.#streamTimePunctuations.clear();
    this.#wallClockPunctuations.clear();
    try {
      this.#graph.close();
    } finally {
      this.#options.context.metrics.remove();
    }
  }

  /** Queues, times, schedules and metadata as at the last commit. */
  #restart(committed: ReadonlyMap<string, CommittedInput>): void {
    this.#streamTimePunctuations.clear();
    this.#wallClockPunctuations.clear();
    this.#metadata.clear();
    this.#touched = false;
    this.commitRequested = false;
    let streamTimeMs = -1;
    for (const [key, queue] of this.#queues) {
      const start = committed.get(key);
      const { partitionTime, processorMetadata } = decodeOffsetMetadata(start?.metadata ?? '');
      queue.reset(start, partitionTime);
      this.#metadata.merge(processorMetadata);
      streamTimeMs = Math.max(streamTimeMs, partitionTime);
    }
    this.#group.reset(streamTimeMs);
  }

  /** Takes the next record all the way, and runs the punctuations that it makes due. */
  #processNext(): Promise<void> | undefined {
    const queue = this.#group.next();
    if (queue === undefined) return undefined;
    const record = queue.take();
    this.#group.taken(queue, record.timestamp);
    const { context } = this.#options;
    context.enterRecord(queue.topic, queue.partition, queue.takenOffset, record.timestamp, record.headers);
    queue.source.receive(record);
    if (this.#calls.active) return this.#calls.settled().then(() => this.#punctuateStreamTime());
    return this.#punctuateStreamTime();
  }

  #punctuateStreamTime(): Promise<void> | undefined {
    const { streamTimeMs } = this.#group;
    if (this.#streamTimePunctuations.nextDueMs > streamTimeMs) return undefined;
    return this.#punctuate(this.#streamTimePunctuations, streamTimeMs);
  }

  #punctuate(queue: PunctuationQueue, nowMs: number): Promise<void> | undefined {
    for (let due = queue.takeDue(nowMs); due !== undefined; due = queue.takeDue(nowMs)) {
      this.#runPunctuator(due, nowMs);
      if (this.#calls.active) return this.#finishPunctuation(queue, due, nowMs);
      queue.reschedule(due, nowMs);
    }
    return undefined;
  }

  #runPunctuator({ node, punctuator }: Punctuation, nowMs: number): void {
    this.#touched = true;
    this.#options.context.metrics.punctuated.value++;
    if (node instanceof TaskProcessor) node.punctuate(nowMs, punctuator);
  }

  async #finishPunctuation(queue: PunctuationQueue, due: Punctuation, nowMs: number): Promise<void> {
    await this.#calls.settled();
    queue.reschedule(due, nowMs);
    await this.#punctuate(queue, nowMs);
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

  #refuseWhileWaiting(): void {
    if (this.waiting) throw internal('TASK_WAITING', `task ${this.id} was driven while it waits`, { task: this.id });
  }

  #schedule(node: TaskNode, intervalMs: number, type: PunctuationType, punctuator: Punctuator): Cancellable {
    if (type === 'wallClockTime') {
      const firstDueMs = this.#options.clock.nowMs() + intervalMs;
      return this.#wallClockPunctuations.schedule(node, punctuator, intervalMs, firstDueMs);
    }
    if (!this.#initializing) return this.#streamTimePunctuations.schedule(node, punctuator, intervalMs, 0);
    return this.#resumeSchedule(node, intervalMs, punctuator);
  }

  /** A stream-time punctuator of `init` goes on where it was committed, so that a restart neither repeats nor adds a run. */
  #resumeSchedule(node: TaskNode, intervalMs: number, punctuator: Punctuator): Cancellable {
    const number = this.#scheduled.get(node.name) ?? 0;
    this.#scheduled.set(node.name, number + 1);
    const name = `punctuation:${node.name}:${String(number)}`;
    const firstDueMs = this.#metadata.get(name) ?? 0;
    return this.#streamTimePunctuations.schedule(node, punctuator, intervalMs, firstDueMs, (dueMs) => {
      this.#metadata.put(name, dueMs);
    });
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
      metadata: this.#metadata,
      repartitionTopics: new Set(repartitionTopics.map(({ name }) => name)),
      clock,
      log,
      streamTimeMs: () => this.#group.streamTimeMs,
      requestCommit: () => {
        this.commitRequested = true;
      },
      schedule: (node, intervalMs, type, punctuator) => this.#schedule(node, intervalMs, type, punctuator),
    };
  }
}
