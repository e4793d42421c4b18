import type { TopicPartition } from '../../broker/client/protocol.js';
import type { Headers } from '../../util/headers.js';
import type { PlannedTask } from '../assignment/task-plan.js';
import { sumOfLoads, type DrivenSubTopology, type TaskLoad } from './driven-sub-topology.js';
import type { EventTime } from './event-time.js';
import type { InProcessTopics } from './in-process-topics.js';
import { StoredReader, StoredRecords } from './stored-record.js';
import type { HostAnswer, TaskHost } from './task-host.js';

export interface HostedSubTopologyOptions {
  /** Among those that hosts know. */
  readonly index: number;
  readonly tasks: readonly PlannedTask[];
  readonly hosts: readonly TaskHost[];
  readonly topics: InProcessTopics;
  readonly time: EventTime;
}

const IDLE: TaskLoad = { overlayBytes: 0, cacheFull: false, commitNeeded: false };

/**
 * The tasks of one sub-topology, which hosts hold: those of a partition the same one. What they send is put into the order in which
 * the tasks would have sent it one after the other, so that it does not matter how many hosts there are.
 */
export class HostedSubTopology implements DrivenSubTopology {
  readonly #waiting: readonly StoredRecords[];
  #arrived = 0;
  #loads: readonly TaskLoad[];

  constructor(private readonly options: HostedSubTopologyOptions) {
    const { hosts, tasks } = options;
    this.#waiting = hosts.map(() => new StoredRecords());
    this.#loads = hosts.map(() => IDLE);
    const topics = inputTopics(tasks);
    for (const { partition, inputs } of tasks) {
      for (const input of inputs) this.#connect(input, topics.indexOf(input.topic), partition % hosts.length);
    }
  }

  get idle(): boolean {
    return this.#arrived === 0;
  }

  get load(): TaskLoad {
    return sumOfLoads(this.#loads);
  }

  async run(): Promise<void> {
    const { index, hosts, time } = this.options;
    this.#arrived = 0;
    const answers = hosts.map((host, at) => {
      const records = this.#waiting[at];
      return records === undefined || records.byteLength === 0
        ? Promise.resolve(undefined)
        : host.run(index, time.nowMs, records.take());
    });
    this.#take(await Promise.all(answers));
  }

  async commit(expire: boolean): Promise<void> {
    this.#take(await Promise.all(this.options.hosts.map((host) => host.commit(this.options.index, expire))));
  }

  close(): Promise<void> {
    return Promise.resolve(); // who has opened the hosts closes them
  }

  #connect({ topic, partition }: TopicPartition, index: number, host: number): void {
    const waiting = this.#waiting[host];
    this.options.topics.read(
      { topic, partition },
      {
        put: (key: Buffer | null, value: Buffer | null, timestamp: number, headers: Headers) => {
          waiting?.add(index, partition, timestamp, this.#arrived++, key, value, headers);
        },
      },
    );
  }

  #take(answers: readonly (HostAnswer | undefined)[]): void {
    this.#loads = answers.map((answer, at) => answer?.load ?? this.#loads[at] ?? IDLE);
    const sources = answers.flatMap((answer) =>
      answer === undefined ? [] : { reader: new StoredReader(answer.sent), topics: answer.topics },
    );
    for (let first = firstOf(sources); first !== undefined; first = firstOf(sources)) {
      const { record, reader, topics } = first;
      const { partition, key, value, timestamp, headers } = record;
      this.options.topics.send(topics[record.topic] ?? '', partition, key, value, timestamp, headers);
      reader.advance();
    }
  }
}

/** The topics that tasks of one sub-topology read, in an order that every thread finds. */
export function inputTopics(tasks: readonly PlannedTask[]): readonly string[] {
  return [...new Set(tasks.flatMap(({ inputs }) => inputs.map(({ topic }) => topic)))];
}

interface Source {
  readonly reader: StoredReader;
  readonly topics: readonly string[];
}

/** No two hosts send a record of the same number. */
function firstOf(sources: readonly Source[]) {
  let first;
  for (const { reader, topics } of sources) {
    const { head } = reader;
    if (head !== undefined && (first === undefined || head.sequence < first.record.sequence)) {
      first = { record: head, reader, topics };
    }
  }
  return first;
}
