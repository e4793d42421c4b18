import type { Cancellable, Punctuator } from '../../topology/processor.js';
import { PriorityQueue } from './priority-queue.js';
import type { TaskNode } from './task-node.js';

/** One punctuator and when it is due next. */
export interface Punctuation extends Cancellable {
  readonly node: TaskNode;
  readonly punctuator: Punctuator;
  readonly intervalMs: number;
  readonly dueMs: number;
}

/** @see PunctuationQueue */
class ScheduledPunctuation implements Punctuation {
  cancelled = false;

  constructor(
    readonly node: TaskNode,
    readonly punctuator: Punctuator,
    readonly intervalMs: number,
    public dueMs: number,
    /** Called with the next due time whenever it changes. */
    readonly onReschedule: ((dueMs: number) => void) | undefined,
  ) {}

  cancel(): void {
    this.cancelled = true;
  }
}

/**
 * Punctuators of one kind of time, soonest first. A punctuator that is due runs once however many of its intervals have
 * passed, and is then due at the next multiple of its interval after now, reckoned from its first due time.
 */
export class PunctuationQueue {
  readonly #queue = new PriorityQueue<ScheduledPunctuation>((punctuation) => punctuation.dueMs);

  /** @param onReschedule called with each new due time, to keep it over a restart */
  schedule(
    node: TaskNode,
    punctuator: Punctuator,
    intervalMs: number,
    firstDueMs: number,
    onReschedule?: (dueMs: number) => void,
  ): Cancellable {
    const punctuation = new ScheduledPunctuation(node, punctuator, intervalMs, firstDueMs, onReschedule);
    this.#queue.add(punctuation);
    return punctuation;
  }

  /** When the soonest is due; infinite when there is none. */
  get nextDueMs(): number {
    return this.#queue.peek()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** Takes the next punctuation that is due; run it, then give it back to {@link reschedule}. */
  takeDue(nowMs: number): Punctuation | undefined {
    for (;;) {
      const soonest = this.#queue.peek();
      if (soonest === undefined || soonest.dueMs > nowMs) return undefined;
      this.#queue.poll();
      if (!soonest.cancelled) return soonest;
    }
  }

  /** Queues a punctuation that has run for its next time, unless it was cancelled. */
  reschedule(punctuation: Punctuation, nowMs: number): void {
    if (!(punctuation instanceof ScheduledPunctuation) || punctuation.cancelled) return;
    const { dueMs, intervalMs } = punctuation;
    const passed = Math.max(0, Math.floor((nowMs - dueMs) / intervalMs));
    punctuation.dueMs = dueMs + (passed + 1) * intervalMs;
    punctuation.onReschedule?.(punctuation.dueMs);
    this.#queue.add(punctuation);
  }

  clear(): void {
    this.#queue.clear();
  }
}
