import type { TopicPartition } from '../../broker/client/protocol.js';
import type { Logger } from '../../observability/log.js';
import type { Metrics } from '../../observability/metrics.js';
import type { TaskState } from '../../state/task-state.js';
import type { ConnectorNode, SourceNode } from '../../topology/node.js';
import type { Clock } from '../../util/time.js';
import type { Random } from '../../util/random.js';
import type { ErrorPolicies } from '../task/error-policy.js';
import type { RecordCollector } from '../task/record-collector.js';
import type { CommittedInput } from '../task/task.js';
import type { TaskContext } from '../task/task-context.js';

/** What the task of a sink is made of, and what it may ask of those who run it. */
export interface SinkTaskOptions {
  /** `<sub-topology>_<partition>`. */
  readonly id: string;
  readonly applicationId: string;
  readonly connector: ConnectorNode;
  readonly source: SourceNode;
  /** The partition that it reads, by the topic's name on the broker. */
  readonly input: TopicPartition;
  readonly context: TaskContext;
  /** Holds no store. */
  readonly state: TaskState;
  /** Takes dead letters. */
  readonly collector: RecordCollector;
  /** What the group has committed of the input. */
  readonly committed: CommittedInput | undefined;
  readonly errorPolicies?: ErrorPolicies;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** The id of the input's topic as it is now. */
  readonly topicId: () => Promise<string>;
  /** Where to read from, given the position that the destination has. */
  readonly startOf: (position: number | undefined) => Promise<number>;
  /** Has the input read from an offset on; called in the loop's turn. */
  readonly seek: (offset: number) => void;
  /** Has the instance join its group again, which tells whether the partition is still its own. */
  readonly rejoin: (reason: string) => void;
  /** Gives the task a turn soon. */
  readonly wake: () => void;
}
