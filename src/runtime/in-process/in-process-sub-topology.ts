import type { FetchedRecords } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import type { Clock } from '../../util/time.js';
import type { InProcessTask } from './in-process-task.js';
import type { InProcessTopics } from './in-process-topics.js';
import { nothingFetched } from './record-chunk.js';

/**
 * The tasks of one sub-topology. Their records are processed in the order in which they came to any of them: as if each were
 * processed when it comes.
 */
export class InProcessSubTopology {
  readonly #inputs: TopicPartition[] = [];
  /** Whose record came, one entry for each. */
  #arrivals: InProcessTask[] = [];

  constructor(
    private readonly topics: InProcessTopics,
    readonly tasks: readonly InProcessTask[],
    private readonly clock: Clock,
  ) {
    for (const driven of tasks) this.#connect(driven);
  }

  get idle(): boolean {
    return this.#arrivals.length === 0;
  }

  /** Processes what has come. What that makes comes to others, or to this one again. */
  async run(): Promise<void> {
    this.topics.deliver(this.#inputs);
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    for (const driven of arrivals) {
      const processed = driven.process(1);
      if (typeof processed === 'object') await processed;
    }
    for (const driven of this.tasks) await driven.settle(this.clock);
  }

  #connect(driven: InProcessTask): void {
    const { task } = driven;
    const reader = {
      arrived: () => {
        this.#arrivals.push(driven);
      },
      addRecords: (fetched: FetchedRecords) => {
        task.addRecords(fetched);
      },
    };
    for (const { topic, partition } of task.inputs) {
      this.#inputs.push({ topic, partition });
      this.topics.read({ topic, partition }, reader);
      task.addRecords(nothingFetched({ topic, partition }));
    }
  }
}
