import type { Mailbox, RecordBytes } from '../../topology/mailbox.js';
import type { RecordContext } from '../../state/store.js';
import type { Random } from '../../util/random.js';
import type { CancelTimer, Clock } from '../../util/time.js';
import type { TaskContext } from './task-context.js';
import type { TaskNode } from './task-node.js';

export interface TaskMailboxOptions {
  readonly context: TaskContext;
  readonly clock: Clock;
  readonly random: Random;
  /** Called when there is an event to take. */
  readonly wake?: () => void;
}

/** The events of a task's nodes, in the order in which they came. @see Mailbox */
export class TaskMailbox {
  /** No node is to begin anything, and the task takes no record. */
  draining = false;
  readonly #options: TaskMailboxOptions;
  readonly #holders = new Set<TaskNode>();
  readonly #timers = new Set<CancelTimer>();
  #events: (() => void)[] = [];
  /** What is waited for; an entry that is gone is waited for no longer. */
  #awaited = new Set<object>();

  constructor(options: TaskMailboxOptions) {
    this.#options = options;
  }

  /** There is an event to take. */
  get ready(): boolean {
    return this.#events.length > 0;
  }

  /** The task is to take no record. */
  get held(): boolean {
    return this.draining || this.#holders.size > 0;
  }

  /** Promises that are waited for. */
  get inFlight(): number {
    return this.#awaited.size;
  }

  /** Takes the next event. */
  takeNext(): void {
    const event = this.#events.shift();
    this.#options.context.enterPunctuation(this.#options.clock.nowMs());
    event?.();
  }

  /** Drops all events, and all that is waited for. */
  clear(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#holders.clear();
    this.#events = [];
    this.#awaited = new Set();
  }

  /** The mailbox as a node sees it. */
  of(node: TaskNode): Mailbox {
    const { clock, random } = this.#options;
    return {
      monotonicMs: () => clock.monotonicMs(),
      random: () => random.next(),
      enqueue: (event) => {
        this.#enqueue(event);
      },
      schedule: (delayMs, event) => this.#schedule(delayMs, event),
      whenSettled: (work, event) => this.#whenSettled(work, event),
      holdInputs: (held) => {
        if (held) this.#holders.add(node);
        else this.#holders.delete(node);
      },
      isDraining: () => this.draining,
      within: (origin, step, bytes) => {
        this.#within(node, origin, step, bytes);
      },
    };
  }

  #enqueue(event: () => void): void {
    this.#events.push(event);
    this.#options.wake?.();
  }

  #schedule(delayMs: number, event: () => void): CancelTimer {
    let wanted = true;
    const cancelTimer = this.#options.clock.schedule(delayMs, () => {
      this.#timers.delete(cancel);
      this.#enqueue(() => {
        if (wanted) event();
      });
    });
    const cancel = (): void => {
      wanted = false; // it may stand in line already
      this.#timers.delete(cancel);
      cancelTimer();
    };
    this.#timers.add(cancel);
    return cancel;
  }

  #whenSettled<T>(work: Promise<T>, event: (outcome: PromiseSettledResult<T>) => void): () => void {
    const awaited = this.#awaited; // another set after `clear`
    const entry = { wanted: true };
    awaited.add(entry);
    const settled = (outcome: PromiseSettledResult<T>): void => {
      if (!awaited.delete(entry) || awaited !== this.#awaited) return;
      this.#enqueue(() => {
        if (entry.wanted) event(outcome);
      });
    };
    work.then(
      (value) => {
        settled({ status: 'fulfilled', value });
      },
      (reason: unknown) => {
        settled({ status: 'rejected', reason });
      },
    );
    return () => {
      entry.wanted = false; // its event may stand in line already
      awaited.delete(entry);
    };
  }

  #within(node: TaskNode, origin: RecordContext, step: () => void, bytes: () => RecordBytes): void {
    const { context } = this.#options;
    const { topic, partition, offset, timestamp, headers } = context.record;
    const { scope, input } = context;
    context.enterRecord(origin.topic, origin.partition, origin.offset, origin.timestamp, origin.headers);
    if (origin.topic === '') context.scope = 'punctuation';
    context.input = { takenBytes: bytes };
    try {
      step();
    } catch (error) {
      node.failed(error);
    } finally {
      context.enterRecord(topic, partition, offset, timestamp, headers);
      context.input = input;
      context.scope = scope;
    }
  }
}
