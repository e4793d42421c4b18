import type { Clock } from '../util/time.js';
import type { OwnedTask } from './owned-task.js';
import type { RecordWriter } from './record-writer.js';

/** How long the loop processes before it lets I/O and timers run. */
const SLICE_MS = 15;
/** Records of one task before the clock is looked at and the next task has its turn. */
const RECORDS_PER_TURN = 128;
/** Cache entries flushed at once. */
const FLUSHED_AT_ONCE = 1_000;

/**
 * Gives every task its turns. A task that waits (for a promise of its processor, or for room in the writer) is passed
 * over and stops nobody; while the writer is full nobody has a turn.
 */
export class TaskSlices {
  /** No task takes a record and no punctuator runs; what was taken is finished and committed. */
  paused = false;
  #first = 0;
  #draining: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Tasks that waited when a commit became due: they take no further record before it. */
  readonly #held = new Set<OwnedTask>();
  #holding = false;

  constructor(
    private readonly clock: Clock,
    private readonly records: RecordWriter,
    /** Called when a task, or the writer, waits no longer. */
    private readonly wake: () => void,
  ) {}

  /**
   * Runs due wall-clock punctuations, then records, for about 15 ms. Gives whether there is more to do at once.
   * @throws what a processor threw, also one that failed after the last call
   */
  run(tasks: readonly OwnedTask[]): boolean {
    this.#raise(tasks);
    if (this.paused || tasks.length === 0 || !this.#hasRoom()) return false;
    this.records.ensureTransaction();
    const deadline = this.clock.monotonicMs() + SLICE_MS;
    for (const owned of tasks) this.#punctuate(owned);
    const count = tasks.length;
    this.#first = (this.#first + 1) % count;
    for (let more = true; more;) {
      more = false;
      for (let i = 0; i < count; i++) {
        const owned = tasks[(this.#first + i) % count];
        if (owned && this.#turn(owned)) more = true;
        if (this.clock.monotonicMs() >= deadline) return true;
        if (!this.#hasRoom()) return false;
      }
    }
    return false;
  }

  /**
   * Empties the record caches, and gives whether no task is inside a record, so that a commit may happen. A task that waits
   * for what its cache has let go stops nobody. From the first call on, tasks that waited are held back once they are done,
   * until {@link release}.
   */
  quiesce(tasks: readonly OwnedTask[]): boolean {
    this.#holding = true;
    for (const owned of tasks) this.#flush(owned);
    return tasks.every((owned) => owned.waiting === undefined);
  }

  /** A commit has ended: everyone goes on. */
  release(): void {
    this.#holding = false;
    this.#held.clear();
  }

  /** Gives whether the task has more records to process now. */
  #turn(owned: OwnedTask): boolean {
    const { task, state } = owned;
    if (!task || !state || owned.waiting || this.#held.has(owned)) return false;
    const slice = task.process(RECORDS_PER_TURN);
    if (typeof slice !== 'string') return this.#wait(owned, slice);
    if (state.cacheOverflowBytes > 0) {
      const eviction = task.flushSlice(FLUSHED_AT_ONCE);
      if (typeof eviction !== 'string') return this.#wait(owned, eviction);
    }
    return slice === 'more' && !task.commitRequested;
  }

  #flush(owned: OwnedTask): void {
    while (owned.task && !owned.waiting) {
      const slice = owned.task.flushSlice(FLUSHED_AT_ONCE);
      if (slice === 'idle') return;
      if (slice !== 'more') this.#wait(owned, slice);
    }
  }

  #punctuate(owned: OwnedTask): void {
    if (!owned.task || owned.waiting || this.#held.has(owned)) return;
    const ran = owned.task.punctuateWallClock();
    if (typeof ran !== 'boolean') this.#wait(owned, ran);
  }

  #wait(owned: OwnedTask, promise: Promise<unknown>): false {
    const ended = (): void => {
      owned.waiting = undefined;
      if (this.#holding) this.#held.add(owned);
      this.wake();
    };
    owned.waiting = promise.then(ended, (error: unknown) => {
      owned.failure = { error };
      ended();
    });
    return false;
  }

  #hasRoom(): boolean {
    if (this.#draining) return false;
    if (!this.records.full) return true;
    const ended = (): void => {
      this.#draining = undefined;
      this.wake();
    };
    this.#draining = this.records.drain().then(ended, (error: unknown) => {
      this.#failure = { error };
      ended();
    });
    return false;
  }

  #raise(tasks: readonly OwnedTask[]): void {
    const failure = this.#failure ?? tasks.find((owned) => owned.failure)?.failure;
    if (!failure) return;
    this.#failure = undefined;
    throw failure.error;
  }
}
