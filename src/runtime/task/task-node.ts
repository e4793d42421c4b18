import type { Record } from '../../topology/processor.js';

/** One node of a running task. */
export interface TaskNode {
  readonly name: string;
  /** Takes a record from a parent. */
  receive(record: Record<unknown, unknown>): void;
  /**
   * A call that belongs to the node failed: throws if that concerns the task or the policy says `fail`, else counts and logs
   * the record as dropped.
   */
  failed(error: unknown): void;
}
