import type { Record } from '../../topology/processor.js';
import type { RecordQueue } from './record-queue.js';
import type { TaskNode } from './task-node.js';
import type { TaskSink } from './task-sink.js';

/** What a task tells of its records while somebody follows some of them. A task that has none pays for nothing. */
export interface TaskTracing {
  /** A record was taken from an input, and its nodes come next. */
  read(input: RecordQueue, record: Record<unknown, unknown>): void;
  /** A record was taken from an input and handed to the writer of a sink. */
  handOver(input: RecordQueue, record: Record<unknown, unknown>, sink: string): void;
  /** A change left the record cache of a store; what its node forwards comes next. */
  flush(node: string, store: string, key: unknown, value: unknown): void;
  /** A node dropped the record, or failed on it. */
  drop(node: string, reason: string): void;
  /** Put before a node: tells of each record that reaches it. */
  around(node: TaskNode): TaskNode;
  /** As {@link around}, of a sink. */
  aroundSink(sink: TaskSink): TaskNode;
}
