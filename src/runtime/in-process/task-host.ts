import type { TaskLoad } from './driven-sub-topology.js';

/** What a host gives back for work that it has done. */
export interface HostAnswer {
  /**
   * What its tasks have sent, as stored records: `topic` is an index into `topics`, and `sequence` tells the order of records that
   * several hosts have sent.
   */
  readonly sent: Buffer;
  readonly topics: readonly string[];
  readonly load: TaskLoad;
}

/**
 * Holds the tasks of some of the partitions, and does with them what it is told, one thing after the other: in another thread, or in
 * this one. Sub-topologies are told by their index among those that are no sinks, in the order of records.
 */
export interface TaskHost {
  /**
   * Processes records of a sub-topology.
   * @param records stored records: `topic` is an index into the sub-topology's inputs, `sequence` grows. They are the host's from
   *   then on, as what it has sent is the caller's
   * @param nowMs the time of day that processors see
   */
  run(subTopology: number, nowMs: number, records: Buffer): Promise<HostAnswer>;
  /** Commits a sub-topology. */
  commit(subTopology: number, expire: boolean): Promise<HostAnswer>;
  /** Takes records into global stores. @param records as stored records: `topic` is an index into the topics of global stores */
  updateGlobals(records: Buffer): Promise<void>;
  commitGlobals(): Promise<void>;
  close(): Promise<void>;
}
