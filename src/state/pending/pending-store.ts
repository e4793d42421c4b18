import type { RecordContext, StateStore } from '../store.js';

/** A record whose outcome is awaited outside of the task. */
export interface PendingRecord<V> {
  readonly value: V;
  readonly context: RecordContext;
  /** Tells apart what one input record became on its way, from 0. */
  readonly ordinal: number;
  /** Wall-clock time at which it came. */
  readonly arrivedMs: number;
  /** How often its outcome has failed to come. */
  readonly attempt: number;
}

/** Records whose outcome is awaited, in the order in which they came. One that comes and goes within a commit is not logged. */
export interface PendingBuffer<V> extends StateStore {
  readonly size: number;
  /** Adds a record behind the others; gives its place, which is larger than theirs. */
  add(record: PendingRecord<V>): number;
  /** Replaces the record of a place. */
  update(sequence: number, record: PendingRecord<V>): void;
  remove(sequence: number): void;
  /** Places and records, as they are at the call. */
  all(): readonly (readonly [sequence: number, record: PendingRecord<V>])[];
}
