import type { PendingRecord } from '../../state/pending/pending-store.js';
import { Record } from '../../topology/processor.js';
import type { PendingValue } from './pending-value.js';

/** A record whose result is awaited, as its processor knows it. */
export class PendingCall<K = unknown, V = unknown, Q = unknown> {
  readonly record: Record<K, V>;
  /** Its result is late. */
  late = false;
  /** There is a result, or there will be none. */
  done = false;
  /** Takes back the event of its deadline. */
  cancelDeadline: () => void = () => undefined;
  /** Since when it may be called; undefined while it is called, or it is another's turn. */
  readyAtMs: number | undefined;

  constructor(
    /** Its place among those that wait. */
    readonly sequence: number,
    public pending: PendingRecord<PendingValue<K, V, Q>>,
    /** The bytes of its key, if it is called after others of the key only. */
    readonly lane: string | undefined,
  ) {
    const { value, context } = pending;
    // Null comes out where null went in.
    this.record = new Record(value.key as K, value.value as V, context.timestamp, context.headers);
  }
}
