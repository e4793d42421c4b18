import type { Record } from '../../topology/processor.js';
import type { Headers } from '../../util/headers.js';
import type { CurrentRecord } from './task-context.js';
import type { TaskNode } from './task-node.js';

/** A forward that has to wait for a pending call. */
interface DeferredCall {
  readonly child: TaskNode;
  readonly record: Record<unknown, unknown>;
}

/** A call that gave a promise, with the timestamp and headers its stores and forwards see when it goes on. */
interface PendingCall {
  readonly node: TaskNode;
  readonly timestamp: number;
  readonly headers: Headers;
  /** What was forwarded behind the call, in order. */
  readonly deferred: DeferredCall[];
  done: boolean;
  /** Waits for its turn: told when no call above it is pending. */
  resume: (() => void) | undefined;
}

interface Settlement {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Keeps the order of a record's path where processors are asynchronous. The newest pending call alone runs; what any other
 * node forwards meanwhile is deferred, in order, until it is settled. So children see records in the order in which
 * they would have seen them had every call been synchronous.
 */
export class AsyncCalls {
  /** A call is pending: forwards must go through {@link call}. */
  active = false;
  readonly #current: CurrentRecord;
  readonly #pending: PendingCall[] = [];
  /** Code that belongs to the newest pending call (or to a deferred one) is running. */
  #inline = false;
  #settlement: Settlement = settlement();
  /** Something failed; what is still pending is waited for, and all that it forwards is dropped. */
  #failure: { readonly error: unknown } | undefined;

  constructor(current: CurrentRecord) {
    this.#current = current;
  }

  /** How many calls are pending. */
  get depth(): number {
    return this.#pending.length;
  }

  /**
   * Takes a promise that a node's processor or punctuator gave. What it forwarded before may be pending already, and comes
   * first: `depth` is how many calls were pending when the node was called.
   */
  add(node: TaskNode, promise: Promise<void>, depth: number): void {
    const { timestamp, headers } = this.#current;
    const call: PendingCall = { node, timestamp, headers, deferred: [], done: false, resume: undefined };
    if (!this.active) this.#settlement = settlement();
    this.#pending.splice(depth, 0, call);
    this.active = true;
    this.#inline = false;
    // Where another call forwarded this one, the stack that unwinds brings back the other's record, and no one is told.
    if (this.#pending.length > 1) {
      queueMicrotask(() => {
        this.#restore();
      });
    }
    promise.then(
      () => {
        this.#settle(call, undefined);
      },
      (error: unknown) => {
        this.#settle(call, { error });
      },
    );
  }

  /** Calls a child of `node` now if `node` belongs to the newest pending call, else when that is settled. */
  call(node: TaskNode, child: TaskNode, record: Record<unknown, unknown>): void {
    if (this.#failure !== undefined) return;
    const newest = this.#pending.at(-1);
    if (this.#inline || newest === undefined || newest.node === node) this.#run(child, record);
    else newest.deferred.push({ child, record });
  }

  /** Resolves when what a node's pending call has forwarded is processed, so that no more than one slice of it is deferred. */
  turnOf(node: TaskNode): Promise<void> | undefined {
    const call = this.#pending.find((pending) => pending.node === node);
    if (call === undefined || call === this.#pending.at(-1) || this.#failure !== undefined) return undefined;
    return new Promise((resolve) => (call.resume = resolve));
  }

  /**
   * Resolves when nothing is pending or deferred any more. After a failure it rejects, but only when no call is pending, so
   * that no processor goes on behind the task's back; what was deferred is dropped.
   */
  settled(): Promise<void> {
    this.#restore();
    return this.active ? this.#settlement.promise : Promise.resolve();
  }

  /** {@link settled}, for a failure outside of a pending call. */
  abandon(error: unknown): Promise<void> {
    this.#failure ??= { error };
    for (const { resume } of this.#pending) resume?.();
    return this.settled();
  }

  /** Forgets everything; promises that settle later are ignored. */
  clear(): void {
    this.#pending.length = 0;
    this.#inline = false;
    this.active = false;
    this.#failure = undefined;
  }

  #run(child: TaskNode, record: Record<unknown, unknown>): void {
    const outer = this.#inline;
    const depth = this.#pending.length;
    this.#inline = true;
    try {
      child.receive(record);
    } finally {
      this.#inline = outer && this.#pending.length === depth;
    }
  }

  #settle(call: PendingCall, failure: { readonly error: unknown } | undefined): void {
    if (!this.#pending.includes(call)) return; // cleared meanwhile
    call.done = true;
    try {
      if (failure) call.node.failed(failure.error);
      if (this.#failure === undefined && this.#pending.at(-1) === call) this.#proceed();
    } catch (error) {
      this.#failure ??= { error };
    }
    if (this.#failure !== undefined) for (const { resume } of this.#pending) resume?.();
    if (this.#failure === undefined || !this.#pending.every(({ done }) => done)) return;
    const { error } = this.#failure;
    this.clear();
    this.#settlement.reject(error);
  }

  /** The newest call is settled: runs what was deferred behind it, and behind those below that are settled too. */
  #proceed(): void {
    for (let newest = this.#pending.at(-1); newest?.done; newest = this.#pending.at(-1)) {
      this.#pending.pop();
      this.#runDeferred(newest.deferred);
    }
    this.#restore();
    this.#pending.at(-1)?.resume?.();
    if (this.#pending.length > 0) return;
    this.clear();
    this.#settlement.resolve();
  }

  /** Runs calls up to the first that is pending; the rest comes behind that one. */
  #runDeferred(deferred: readonly DeferredCall[]): void {
    const depth = this.#pending.length;
    let taken = 0;
    for (const { child, record } of deferred) {
      if (this.#pending.length > depth) break;
      taken++;
      this.#current.timestamp = record.timestamp;
      this.#current.headers = record.headers;
      this.#run(child, record);
    }
    for (const call of deferred.slice(taken)) this.#pending.at(-1)?.deferred.push(call);
  }

  /** Makes the current record that of the call which goes on next. */
  #restore(): void {
    const newest = this.#pending.at(-1);
    if (newest === undefined) return;
    this.#current.timestamp = newest.timestamp;
    this.#current.headers = newest.headers;
  }
}

function settlement(): Settlement {
  let resolve: () => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
