import type { Logger } from '../../observability/log.js';
import type { Metrics } from '../../observability/metrics.js';
import type { BuiltTopology } from '../../topology/node.js';
import type { Random } from '../../util/random.js';
import type { Clock } from '../../util/time.js';
import type { StateDirectory } from '../state-directory.js';
import type { ErrorPolicies } from '../task/error-policy.js';
import type { OutputTaker } from './in-process-topics.js';
import type { TaskHost } from './task-host.js';

/** What tasks need to run without a broker. */
export interface InProcessTaskOptions {
  readonly applicationId: string;
  readonly topology: BuiltTopology;
  /** Partitions of every topic that the topology reads and does not make itself. */
  readonly inputPartitions: ReadonlyMap<string, number>;
  /** Of topics that it writes and does not read. */
  readonly outputPartitions: (topic: string) => number;
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

export interface InProcessApplicationOptions extends InProcessTaskOptions {
  readonly outputs: OutputTaker;
  /** Sinks that are given nothing. */
  readonly skippedSinks: ReadonlySet<string>;
  /** Stands for the id of a topic that a sink reads: a sink goes on from the position that its destination has under it. */
  readonly topicId: (topic: string) => string;
  /** Who holds the tasks, and is closed by who opened it. Sinks are here in any case. Default: all are here. */
  readonly hosts?: readonly TaskHost[];
}
