import type { InProcessApplicationOptions, InputRecord } from './in-process-options.js';
import type { InProcessSubTopology } from './in-process-sub-topology.js';
import { openInProcess, type InProcessParts } from './open-in-process.js';

/** Uncommitted changes of all tasks above which they commit. */
const OVERLAY_BYTES = 32 << 20;
const RECORDS_PER_COMMIT = 20_000;
const COMMITS_PER_EXPIRY = 10;

/**
 * Runs a topology in this process alone, without broker, group and changelogs. Tasks, stores and sinks are those that run in
 * production. Records are fed in the order of their times, and what follows from one comes before what follows from the next: the
 * same records give the same results, to the byte.
 *
 * Wall-clock punctuations do not run, and the time of day that processors see is the largest timestamp that was fed.
 */
export class InProcessApplication {
  #sinceCommit = 0;
  #commits = 0;

  private constructor(private readonly parts: InProcessParts) {}

  /**
   * Opens the tasks of all partitions.
   * @throws MillraceError `TOPICS_NOT_COPARTITIONED`, `INTERNAL_TOPIC_PARTITIONS`
   */
  static async open(options: InProcessApplicationOptions): Promise<InProcessApplication> {
    return new InProcessApplication(await openInProcess(options));
  }

  /** Feeds records, none before those that were fed, and processes all that follows from them. */
  async feed(records: readonly InputRecord[]): Promise<void> {
    const { topics, globals, time } = this.parts;
    for (const record of records) {
      const { topic, partition, key, value, timestamp, headers } = record;
      if (globals.read(topic)) {
        await this.#process(); // what comes before must not see it
        await globals.update(record);
      }
      time.advanceTo(timestamp);
      topics.put(topic, partition, key, value, timestamp, headers);
    }
    await this.#process();
    this.#sinceCommit += records.length;
    if (this.#commitDue()) await this.#commit();
  }

  /** Commits what is left, caches and sinks included. Stream time stays where the last records have brought it. */
  async finish(): Promise<void> {
    do await this.#commit();
    while (this.parts.tasks.some(({ task }) => task.commitNeeded));
    for (const sink of this.parts.sinks) await sink.finish();
  }

  /** Closes tasks and sinks; what was not committed is dropped. */
  async close(): Promise<void> {
    const { sinks, tasks, globals } = this.parts;
    for (const part of [...sinks, ...tasks, globals]) await part.close();
  }

  /** Runs the sub-topologies, in the order of records, until none has a record left. */
  async #process(): Promise<void> {
    const { subTopologies, topics, sinks, sinkInputs } = this.parts;
    for (let busy = first(subTopologies); busy !== undefined; busy = first(subTopologies)) await busy.run();
    if (topics.full) await topics.drain();
    topics.deliver(sinkInputs);
    for (const sink of sinks) await sink.work();
  }

  #commitDue(): boolean {
    if (this.#sinceCommit >= RECORDS_PER_COMMIT) return true;
    const states = this.parts.tasks.map(({ task }) => task.state);
    if (states.some(({ cacheOverflowBytes }) => cacheOverflowBytes > 0)) return true;
    return states.reduce((bytes, { overlayBytes }) => bytes + overlayBytes, 0) > OVERLAY_BYTES;
  }

  async #commit(): Promise<void> {
    const { tasks, globals } = this.parts;
    const expire = ++this.#commits % COMMITS_PER_EXPIRY === 0;
    for (const driven of tasks) {
      await driven.commit();
      await this.#process();
      if (expire) await driven.task.state.deleteExpired();
    }
    await globals.commit();
    this.#sinceCommit = 0;
  }
}

function first(subTopologies: readonly InProcessSubTopology[]): InProcessSubTopology | undefined {
  return subTopologies.find(({ idle }) => !idle);
}
