import type { Processor, ProcessorContext, Record } from '../../topology/processor.js';
import { LateOutput } from '../window/late-output.js';
import { closeTime, ObservedTime, windowClosed } from '../window/window-close.js';
import type { Identity, RecordId } from './identity.js';
import { OccurrenceCounter } from './occurrence.js';
import { RememberedForGood, RememberedWithin, type Remembered } from './remembered.js';

type NonNull<T> = Exclude<T, null>;

/** How long first occurrences are remembered. */
export interface Memory {
  readonly withinMs: number;
  readonly graceMs: number;
}

/** What a de-duplication does. */
export interface Deduplication<K, V> {
  readonly storeName: string;
  /** Undefined: for good. */
  readonly memory: Memory | undefined;
  /** Tells records of one key apart; null: the record has no id, and is dropped. Absent: the key alone counts. */
  readonly by: ((value: NonNull<V>, key: NonNull<K>) => RecordId | null) | undefined;
  /** Every record goes on, with the value that this gives. Absent: only first ones do. */
  readonly flag: ((value: V, first: boolean, key: NonNull<K>) => unknown) | undefined;
  readonly lateChild: string | undefined;
}

/** Lets the first record of each identity through, or tells which ones are. */
export class DistinctProcessor<K, V> implements Processor<K, V, K> {
  readonly #deduplication: Deduplication<K, V>;
  #context!: ProcessorContext<K>; // these five are set by init, which always comes before process
  #remembered!: Remembered<NonNull<K>>;
  #occurrences!: OccurrenceCounter;
  #observed!: ObservedTime;
  #late!: LateOutput;

  constructor(deduplication: Deduplication<K, V>) {
    this.#deduplication = deduplication;
  }

  init(context: ProcessorContext<K>): void {
    const { storeName, memory, lateChild } = this.#deduplication;
    this.#context = context;
    this.#remembered =
      memory === undefined
        ? new RememberedForGood(context, storeName)
        : new RememberedWithin(context, storeName, memory.withinMs);
    this.#occurrences = new OccurrenceCounter(context);
    this.#observed = new ObservedTime(context);
    this.#late = new LateOutput(context, lateChild);
  }

  process(record: Record<K, V>): void {
    const occurrence = this.#occurrences.next(record.timestamp);
    const identity = this.#identityOf(record);
    if (identity === undefined || this.#isLate(record)) return;
    this.#forward(record, identity.key, this.#remembered.takeFirst(identity, occurrence));
  }

  /** Undefined: the record has none, and is dropped. */
  #identityOf(record: Record<K, V>): Identity<NonNull<K>> | undefined {
    const { by } = this.#deduplication;
    const key = record.key as NonNull<K> | null | undefined; // JavaScript may have forgotten it, too
    const value = record.value as NonNull<V> | null | undefined; // as above
    if (key != null && by === undefined) return { key, id: undefined };
    const id = key == null || value == null ? null : by?.(value, key); // as above
    if (key != null && id != null) return { key, id };
    this.#context.dropped(key != null && value == null ? 'null-value' : 'null-key');
    return undefined;
  }

  #isLate(record: Record<K, V>): boolean {
    const { memory } = this.#deduplication;
    if (memory === undefined) return false;
    const streamTimeMs = this.#observed.advance(record.timestamp);
    const end = record.timestamp + memory.withinMs;
    if (!windowClosed(end, closeTime(streamTimeMs, memory.graceMs))) return false;
    this.#late.drop(record, streamTimeMs, { start: record.timestamp, end });
    return true;
  }

  #forward(record: Record<K, V>, key: NonNull<K>, first: boolean): void {
    const { flag } = this.#deduplication;
    if (flag !== undefined) this.#context.forward(record.withValue(flag(record.value, first, key)));
    else if (first) this.#context.forward(record);
    else this.#context.dropped('duplicate');
  }
}
