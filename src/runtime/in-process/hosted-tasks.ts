import { internal } from '../../util/errors.js';
import { EventTime } from './event-time.js';
import { globalTopics } from './hosted-globals.js';
import { inputTopics } from './hosted-sub-topology.js';
import { InProcessGlobals } from './in-process-globals.js';
import type { InProcessTaskOptions } from './in-process-options.js';
import { planInProcess } from './in-process-plan.js';
import { InProcessSubTopology } from './in-process-sub-topology.js';
import { InProcessTopics, type OutputTaker } from './in-process-topics.js';
import { TaskOpener } from './open-tasks.js';
import { SentRecords } from './sent-records.js';
import { StoredReader } from './stored-record.js';
import type { HostAnswer, TaskHost } from './task-host.js';

export interface HostedTasksOptions extends InProcessTaskOptions {
  /** This is one of so many hosts. */
  readonly hosts: number;
  /** Which one, from 0: it has every partition that is this one, divided by the number of hosts. */
  readonly host: number;
}

/** The tasks of one sub-topology, and the way to them. */
interface HostedPart {
  readonly tasks: InProcessSubTopology;
  /** Leads to these tasks alone: what they send goes to who has given them their records. */
  readonly topics: InProcessTopics;
  /** The topics that all tasks of the sub-topology read. */
  readonly inputs: readonly string[];
}

interface Parts {
  readonly subTopologies: readonly HostedPart[];
  readonly globals: InProcessGlobals;
  readonly globalTopics: readonly string[];
  readonly sent: SentRecords;
  readonly time: EventTime;
}

const NO_OUTPUTS: OutputTaker = { take: () => undefined, full: false, drain: () => Promise.resolve() };

/** The tasks of a host, in the thread in which this is. */
export class HostedTasks implements TaskHost {
  private constructor(private readonly parts: Parts) {}

  /** Opens its tasks, and a copy of the global stores. */
  static async open(options: HostedTasksOptions): Promise<HostedTasks> {
    const inProcess = planInProcess(options);
    const { partitionsOf, processing } = inProcess;
    const sent = new SentRecords(partitionsOf);
    const time = new EventTime(options.clock);
    const globals = await InProcessGlobals.open(options, sent);
    const opener = new TaskOpener({ ...options, inProcess, records: sent, globalStores: globals.stores, time });
    const subTopologies: HostedPart[] = [];
    for (const planned of processing) {
      const own = planned.filter(({ partition }) => partition % options.hosts === options.host);
      const topics = new InProcessTopics({ internal: new Set(), partitionsOf, outputs: NO_OUTPUTS });
      const tasks = new InProcessSubTopology(topics, await opener.open(own), options.clock, sent);
      subTopologies.push({ tasks, topics, inputs: inputTopics(planned) });
    }
    for (const { task } of subTopologies.flatMap(({ tasks }) => tasks.tasks)) task.initialize();
    return new HostedTasks({ subTopologies, globals, globalTopics: globalTopics(options.topology), sent, time });
  }

  async run(index: number, nowMs: number, records: Buffer): Promise<HostAnswer> {
    const { sent, time } = this.parts;
    const { tasks, topics, inputs } = this.#part(index);
    time.advanceTo(nowMs);
    const sequences: number[] = [];
    const reader = new StoredReader(records);
    for (let record = reader.take(); record !== undefined; record = reader.take()) {
      const { topic, partition, key, value, timestamp, headers, sequence } = record;
      sequences.push(sequence);
      topics.put(inputs[topic] ?? '', partition, key, value, timestamp, headers);
    }
    sent.begin(sequences);
    await tasks.run();
    return { ...sent.take(), load: tasks.load };
  }

  async commit(index: number, expire: boolean): Promise<HostAnswer> {
    const { tasks } = this.#part(index);
    await tasks.commit(expire);
    return { ...this.parts.sent.take(), load: tasks.load };
  }

  async updateGlobals(records: Buffer): Promise<void> {
    const { globals, globalTopics: names } = this.parts;
    const reader = new StoredReader(records);
    for (let record = reader.take(); record !== undefined; record = reader.take()) {
      await globals.update(names[record.topic] ?? '', record);
    }
  }

  commitGlobals(): Promise<void> {
    return this.parts.globals.commit();
  }

  async close(): Promise<void> {
    const { subTopologies, globals } = this.parts;
    for (const part of [...subTopologies.map(({ tasks }) => tasks), globals]) await part.close();
  }

  #part(index: number): HostedPart {
    const part = this.parts.subTopologies[index];
    if (part !== undefined) return part;
    throw internal('NODE_NOT_IN_TASK', `there is no sub-topology ${index} to be hosted`);
  }
}
