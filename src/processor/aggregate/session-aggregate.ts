import type { Windowed } from '../../serde/windowed.js';
import type { SessionEntry, SessionStore } from '../../state/store.js';
import type { Processor, ProcessorContext, Record } from '../../topology/processor.js';
import type { Headers } from '../../util/headers.js';
import type { Change } from '../ktable/change.js';
import { SessionForwarder } from '../ktable/session-forwarder.js';
import { LateOutput } from '../window/late-output.js';
import type { Closable } from '../window/ticked.js';
import { closeTime, ObservedTime } from '../window/window-close.js';
import type { SessionWindows } from '../window/session-windows.js';
import { sessionEmitter, type WindowEmitter } from '../window/window-emitter.js';
import type { Aggregation } from './stream-aggregate.js';
import type { WindowedAggregateOptions } from './windowed-aggregate-options.js';

/** How the values of a session are folded into one, and sessions into each other when a record joins them. */
export interface SessionAggregation<K, V, A> extends Aggregation<K, V, A> {
  /** `aggregate` is what was merged so far; at first what the aggregation starts from. */
  readonly merger: (aggregate: A, session: A, key: K) => A | null;
}

/**
 * Folds the values of a key into sessions. A record that comes within the gap of sessions joins them: they are merged into
 * one, and each of them is retracted. Records without a key are dropped; so is one whose session is closed.
 */
export class SessionAggregateProcessor<K, V, A> implements Closable, Processor<K, V, Windowed<K>, Change<A>> {
  readonly #options: WindowedAggregateOptions<SessionAggregation<K, V, A>, SessionWindows>;
  #context!: ProcessorContext<Windowed<K>, Change<A>>; // these four are set by init, which always comes before process
  #store!: SessionStore<K, A>;
  #observed!: ObservedTime;
  #late!: LateOutput;
  /** Of the two one is there, by the emit strategy. */
  #forwarder: SessionForwarder<K, A> | undefined;
  #emitter: WindowEmitter | undefined;

  constructor(options: WindowedAggregateOptions<SessionAggregation<K, V, A>, SessionWindows>) {
    this.#options = options;
  }

  init(context: ProcessorContext<Windowed<K>, Change<A>>): void {
    const { storeName, sendOldValues, emit } = this.#options;
    this.#context = context;
    this.#store = context.getStateStore(storeName);
    if (emit === 'onWindowClose') this.#emitter = sessionEmitter(context, storeName);
    else this.#forwarder = new SessionForwarder(context, storeName, sendOldValues);
    this.#observed = new ObservedTime(context);
    this.#late = new LateOutput(context, this.#options.lateChild);
  }

  process(record: Record<K, V>): void | Promise<void> {
    const { key, timestamp } = record;
    if (key == null) {
      this.#context.dropped('null-key');
      return;
    }
    const { gapMs } = this.#options.windows;
    const streamTimeMs = this.#observed.advance(timestamp);
    const closeTimeMs = this.#closeTime(streamTimeMs);
    const merged = this.#store.findSessions(key, timestamp - gapMs, timestamp + gapMs);
    let session: Windowed<K> = { key, start: timestamp, end: timestamp };
    for (const one of merged) session = spanning(session, one);
    // A session's end is included in it, unlike that of a time window.
    if (session.end < closeTimeMs) this.#late.drop(record, streamTimeMs, session);
    else this.#join(merged, session, record);
    return this.#emitter?.emit(closeTimeMs, record.headers);
  }

  get streamTimeMs(): number {
    return this.#observed.timeMs;
  }

  closesAt(streamTimeMs: number): boolean {
    return this.#emitter?.due(this.#closeTime(streamTimeMs)) === true;
  }

  closeAt(streamTimeMs: number, headers: Headers): void | Promise<void> {
    const observedMs = this.#observed.advance(streamTimeMs);
    return this.#emitter?.emit(this.#closeTime(observedMs), headers);
  }

  /** A session is closed when nothing can join it any more. */
  #closeTime(streamTimeMs: number): number {
    const { gapMs, graceMs } = this.#options.windows;
    return closeTime(streamTimeMs, graceMs) - gapMs;
  }

  #join(merged: readonly SessionEntry<K, A>[], session: Windowed<K>, { key, value }: Record<K, V>): void {
    const before = this.#merge(merged, key);
    if (session.start !== session.end) this.#retract(merged);
    const aggregate = this.#fold(before, value, key);
    this.#store.put(session, aggregate);
    this.#emitter?.noticed(session.end);
    this.#forwarder?.forward(session, aggregate, null);
  }

  #retract(merged: readonly SessionEntry<K, A>[]): void {
    for (const { key, startMs, endMs, value } of merged) {
      const session = { key, start: startMs, end: endMs };
      this.#store.remove(session);
      this.#forwarder?.forward(session, null, value);
    }
  }

  #merge(merged: readonly SessionEntry<K, A>[], key: K): A | null {
    const { initializer, merger } = this.#options.aggregation;
    let aggregate: A | null = initializer === undefined ? null : initializer();
    for (const { value } of merged) {
      // A reduction starts from nothing; what an aggregation starts from may be null, if its merger takes that.
      aggregate = aggregate === null && initializer === undefined ? value : merger(aggregate as A, value, key);
    }
    return aggregate;
  }

  #fold(aggregate: A | null, value: V, key: K): A | null {
    const { initializer, aggregator } = this.#options.aggregation;
    // A reduction's aggregate is of the values' type.
    if (aggregate === null && initializer === undefined) return value as unknown as A;
    return aggregator(aggregate as A, value, key); // as above
  }
}

function spanning<K>({ key, start, end }: Windowed<K>, { startMs, endMs }: SessionEntry<K, unknown>): Windowed<K> {
  return { key, start: Math.min(start, startMs), end: Math.max(end, endMs) };
}
