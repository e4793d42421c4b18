import type { TopicPartition } from '../../broker/client/protocol.js';
import type { Logger } from '../../observability/log.js';
import type { Metrics } from '../../observability/metrics.js';
import type { BuiltTopology } from '../../topology/node.js';
import type { Headers } from '../../util/headers.js';
import type { Random } from '../../util/random.js';
import type { Clock } from '../../util/time.js';
import type { StateDirectory } from '../state-directory.js';
import type { ErrorPolicies } from '../task/error-policy.js';
import type { OutputTaker } from './in-process-topics.js';

export interface InProcessApplicationOptions {
  readonly applicationId: string;
  readonly topology: BuiltTopology;
  /** Partitions of every topic that the topology reads and does not make itself. */
  readonly inputPartitions: ReadonlyMap<string, number>;
  /** Of topics that it writes and does not read. */
  readonly outputPartitions: (topic: string) => number;
  readonly outputs: OutputTaker;
  /** Sinks that are given nothing. */
  readonly skippedSinks: ReadonlySet<string>;
  /** Stands for the id of a topic that a sink reads: a sink goes on from the position that its destination has under it. */
  readonly topicId: (topic: string) => string;
  /** Where stores live; nothing is there. Left out: in memory. */
  readonly stateDirectory?: StateDirectory;
  readonly cacheMaxBytes: number;
  readonly stateMemoryBytes: number;
  readonly errorPolicies?: ErrorPolicies;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** A record of an input topic. */
export interface InputRecord extends TopicPartition {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Milliseconds. */
  readonly timestamp: number;
  readonly headers: Headers;
}
