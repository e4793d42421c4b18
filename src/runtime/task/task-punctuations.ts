import type { Cancellable, PunctuationType, Punctuator } from '../../topology/processor.js';
import type { Clock } from '../../util/time.js';
import type { AsyncCalls } from './async-calls.js';
import type { CommittedMetadata } from './committed-metadata.js';
import { PunctuationQueue, type Punctuation } from './punctuation-queue.js';
import type { TaskMetrics } from './task-metrics.js';
import type { TaskNode } from './task-node.js';
import { TaskProcessor } from './task-processor.js';

export interface TaskPunctuationsOptions {
  readonly calls: AsyncCalls;
  readonly metadata: CommittedMetadata;
  readonly metrics: TaskMetrics;
  readonly clock: Clock;
}

/**
 * The punctuators of a task. One of stream time is due first at time 0, so with the first record; one of wall-clock time
 * when its interval has passed. Where a stream-time punctuator that `init` scheduled stands is committed with the
 * offsets, so that a restart neither repeats a run nor adds one.
 */
export class TaskPunctuations {
  readonly #options: TaskPunctuationsOptions;
  readonly #streamTime = new PunctuationQueue();
  readonly #wallClock = new PunctuationQueue();
  /** Stream-time punctuators that each node has scheduled in `init` so far; their number names them in the metadata. */
  readonly #scheduledInInit = new Map<string, number>();
  #initializing = false;

  constructor(options: TaskPunctuationsOptions) {
    this.#options = options;
  }

  clear(): void {
    this.#streamTime.clear();
    this.#wallClock.clear();
  }

  /** Runs every processor's `init`. */
  duringInit(initialize: () => void): void {
    this.#scheduledInInit.clear();
    this.#initializing = true;
    try {
      initialize();
    } finally {
      this.#initializing = false;
    }
  }

  schedule(node: TaskNode, intervalMs: number, type: PunctuationType, punctuator: Punctuator): Cancellable {
    if (type === 'wallClockTime') {
      const firstDueMs = this.#options.clock.nowMs() + intervalMs;
      return this.#wallClock.schedule(node, punctuator, intervalMs, firstDueMs);
    }
    if (!this.#initializing) return this.#streamTime.schedule(node, punctuator, intervalMs, 0);
    return this.#resume(node, intervalMs, punctuator);
  }

  streamTimeDue(nowMs: number): boolean {
    return this.#streamTime.nextDueMs <= nowMs;
  }

  wallClockDue(nowMs: number): boolean {
    return this.#wallClock.nextDueMs <= nowMs;
  }

  /** Runs what is due, each punctuator once. Gives a promise if one is asynchronous. */
  runStreamTime(nowMs: number): Promise<void> | undefined {
    return this.#run(this.#streamTime, nowMs);
  }

  /** As {@link runStreamTime}. */
  runWallClock(nowMs: number): Promise<void> | undefined {
    return this.#run(this.#wallClock, nowMs);
  }

  #resume(node: TaskNode, intervalMs: number, punctuator: Punctuator): Cancellable {
    const { metadata } = this.#options;
    const number = this.#scheduledInInit.get(node.name) ?? 0;
    this.#scheduledInInit.set(node.name, number + 1);
    const name = `punctuation:${node.name}:${String(number)}`;
    return this.#streamTime.schedule(node, punctuator, intervalMs, metadata.get(name) ?? 0, (dueMs) => {
      metadata.put(name, dueMs);
    });
  }

  #run(queue: PunctuationQueue, nowMs: number): Promise<void> | undefined {
    for (let due = queue.takeDue(nowMs); due !== undefined; due = queue.takeDue(nowMs)) {
      this.#runOne(due, nowMs);
      if (this.#options.calls.active) return this.#finish(queue, due, nowMs);
      queue.reschedule(due, nowMs);
    }
    return undefined;
  }

  #runOne({ node, punctuator }: Punctuation, nowMs: number): void {
    const { clock, metrics } = this.#options;
    const startMs = clock.monotonicMs();
    if (node instanceof TaskProcessor) node.punctuate(nowMs, punctuator);
    metrics.punctuated.value++;
    metrics.punctuateLatency.observe((clock.monotonicMs() - startMs) / 1_000);
  }

  async #finish(queue: PunctuationQueue, due: Punctuation, nowMs: number): Promise<void> {
    await this.#options.calls.settled();
    queue.reschedule(due, nowMs);
    await this.#run(queue, nowMs);
  }
}
