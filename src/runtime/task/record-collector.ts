import type { Headers } from '../../util/headers.js';

/**
 * Where a task's records go: outputs, repartition topics and changelogs. The runtime fills it with its writer, the test
 * driver by capturing. Bytes are handed over: neither side changes a buffer afterwards.
 */
export interface RecordCollector {
  /** How many partitions a topic has; undefined when that is not known yet. Looked up without waiting. */
  partitions(topic: string): number | undefined;
  /**
   * Takes one record for one partition.
   * @param timestamp milliseconds; -1 takes the time of sending
   */
  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void;
  /**
   * Takes one record of a topic whose partitions are not known yet (its name was computed from a record) and sends it
   * once they are, before any later record of the topic: `partitions` stays undefined until then. A topic that turns out
   * not to exist fails at `drain` or at the commit.
   */
  sendWhenKnown(
    topic: string,
    choosePartitions: (partitions: number) => readonly number[],
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void;
  /** True while so much is buffered that the task has to wait: await {@link drain}. */
  readonly full: boolean;
  /** Resolves when there is room again. */
  drain(): Promise<void>;
}
