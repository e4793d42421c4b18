import type { Record } from '../../topology/processor.js';

/** One access to a store. */
export interface StoreAccess {
  readonly store: string;
  /** The store's method, such as `get` or `put`; `flush`: a change left the record cache, to be forwarded. */
  readonly operation: string;
  readonly key: unknown;
  /** What was read or written; undefined: nothing, or a deletion. */
  readonly value: unknown;
  /** Of a store of windows, or of sessions. */
  readonly windowStartMs: number | undefined;
}

/** What happened to a record that is followed. */
export type TraceEvent =
  | {
      readonly kind: 'read';
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
      readonly record: Record<unknown, unknown>;
    }
  | { readonly kind: 'process'; readonly record: Record<unknown, unknown> }
  | ({ readonly kind: 'store' } & StoreAccess)
  | { readonly kind: 'send'; readonly to: string; readonly record: Record<unknown, unknown> }
  | { readonly kind: 'drop'; readonly reason: string };

/** An event, and where it happened. */
export interface TraceStep {
  /** The place of the record with which it began, `topic-partition@offset`. */
  readonly traceId: string;
  readonly taskId: string;
  readonly node: string;
  readonly event: TraceEvent;
}

/** Follows records through an application. */
export interface RecordTracer {
  /** The same on every instance on which one reader follows one key: records carry it from task to task. */
  readonly id: string;
  /** Whether to follow a record that a source has read. Who says yes is told of all that follows from it. */
  tryFollow(topic: string, key: unknown): boolean;
  /** Is told of a step. Values are the processors' own and may be changed after the call. */
  take(step: TraceStep): void;
}
