import type { Record } from '../../topology/processor.js';

/** One node of a running task. */
export interface TaskNode {
  readonly name: string;
  /** Takes a record from a parent. */
  receive(record: Record<unknown, unknown>): void;
  /** Observes the age of the last record since the call before; for nodes where a record enters or leaves. */
  observeAge?(nowMs: number): void;
  /**
   * A call that belongs to the node failed: throws if that concerns the task or the policy says `fail`, else counts and logs
   * the record as dropped.
   */
  failed(error: unknown): void;
}
