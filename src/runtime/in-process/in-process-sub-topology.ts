import type { Clock } from '../../util/time.js';
import { sumOfLoads, type DrivenSubTopology, type TaskLoad } from './driven-sub-topology.js';
import type { InProcessTask } from './in-process-task.js';
import type { InProcessTopics } from './in-process-topics.js';
import { nothingFetched } from './record-chunk.js';
import { RecordInput } from './record-input.js';

/** What is being processed: so many records came before, or, after all of them, the task of a partition does what is left. */
export interface Turn {
  record(index: number): void;
  task(partition: number): void;
}

const NOBODY: Turn = { record: () => undefined, task: () => undefined };

/**
 * The tasks of one sub-topology in this thread. Their records are processed in the order in which they came to any of them: as if
 * each were processed when it comes.
 */
export class InProcessSubTopology implements DrivenSubTopology {
  readonly #inputs: RecordInput[] = [];
  /** Whose record came, one entry for each. */
  #arrivals: InProcessTask[] = [];

  /** @param turn told beforehand what is being processed */
  constructor(
    topics: InProcessTopics,
    readonly tasks: readonly InProcessTask[],
    private readonly clock: Clock,
    private readonly turn: Turn = NOBODY,
  ) {
    for (const driven of tasks) this.#connect(topics, driven);
  }

  get idle(): boolean {
    return this.#arrivals.length === 0;
  }

  get load(): TaskLoad {
    return sumOfLoads(this.tasks.map(({ load }) => load));
  }

  async run(): Promise<void> {
    for (const input of this.#inputs) input.deliver();
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    for (const [index, driven] of arrivals.entries()) {
      this.turn.record(index);
      const processed = driven.process(1);
      if (typeof processed === 'object') await processed;
    }
    for (const driven of this.tasks) {
      this.turn.task(driven.partition);
      await driven.settle(this.clock);
    }
  }

  async commit(expire: boolean): Promise<void> {
    for (const driven of this.tasks) {
      this.turn.task(driven.partition);
      await driven.commit();
      if (expire) await driven.task.state.deleteExpired();
    }
  }

  async close(): Promise<void> {
    for (const driven of this.tasks) await driven.close();
  }

  #connect(topics: InProcessTopics, driven: InProcessTask): void {
    const { task } = driven;
    for (const { topic, partition } of task.inputs) {
      const place = { topic, partition };
      const input = new RecordInput(
        place,
        (fetched) => {
          task.addRecords(fetched);
        },
        () => {
          this.#arrivals.push(driven);
        },
      );
      this.#inputs.push(input);
      topics.read(place, input);
      task.addRecords(nothingFetched(place));
    }
  }
}
