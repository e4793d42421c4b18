/** One task as placement sees it. */
export interface PlacementTask {
  /** `<sub-topology>_<partition>`. */
  readonly id: string;
  /** It has a store with a changelog: it can stand by, and moves only to where its state is. */
  readonly stateful: boolean;
  /** `false`: none of its stores wants a standby. Default true. */
  readonly standby?: boolean;
}

/** One member as placement sees it. */
export interface PlacementMember {
  readonly id: string;
  /** Tasks it runs now. */
  readonly running: ReadonlySet<string>;
  /** Tasks it keeps a standby or warm-up replica of now. */
  readonly following: ReadonlySet<string>;
  /** Tasks whose state it holds, running or not, with how far that state is (records, larger is further). */
  readonly positions: ReadonlyMap<string, number>;
  /** Where it runs, such as `{ zone: 'a', host: 'h1' }`. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Kafka Streams' settings of the same names (KIP-441, KIP-708). */
export interface PlacementOptions {
  /** `num.standby.replicas`: copies of each stateful task beside the one that runs. */
  readonly standbys: number;
  /** `acceptable.recovery.lag`: records that a copy may be behind to count as caught up. */
  readonly acceptableRecoveryLag: number;
  /** `max.warmup.replicas`: copies of all tasks that are warmed up at the same time. */
  readonly maxWarmups: number;
  /** `rack.aware.assignment.tags`: copies of a task differ in as many of these as can be. */
  readonly spreadTags: readonly string[];
}
