import { sumOfLoads, type DrivenSubTopology } from './driven-sub-topology.js';
import type { InProcessApplicationOptions } from './in-process-options.js';
import { openInProcess, type InProcessParts } from './open-in-process.js';
import type { StoredRecord } from './stored-record.js';

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

  /**
   * Feeds records, none before those that were fed, and processes all that follows from them.
   * @param names of the topics to which the records point
   */
  async feed(records: readonly StoredRecord[], names: readonly string[]): Promise<void> {
    const { topics, globals, time } = this.parts;
    let put = 0;
    for (const record of records) {
      const topic = names[record.topic] ?? '';
      if (globals.read(topic)) {
        if (put > 0) await this.#process(); // what comes before must not see it
        put = 0;
        await globals.update(topic, record);
      }
      time.advanceTo(record.timestamp);
      topics.put(topic, record.partition, record.key, record.value, record.timestamp, record.headers);
      put++;
    }
    await this.#process();
    this.#sinceCommit += records.length;
    if (this.#commitDue()) await this.#commit();
  }

  /** Commits what is left, caches and sinks included. Stream time stays where the last records have brought it. */
  async finish(): Promise<void> {
    do await this.#commit();
    while (this.#load.commitNeeded);
    for (const sink of this.parts.sinks) await sink.finish();
  }

  /** Closes tasks and sinks; what was not committed is dropped. */
  async close(): Promise<void> {
    const { sinks, subTopologies, globals } = this.parts;
    for (const part of [...sinks, ...subTopologies, globals]) await part.close();
  }

  /** Runs the sub-topologies, in the order of records, until none has a record left. */
  async #process(): Promise<void> {
    const { subTopologies, topics, sinks, globals } = this.parts;
    await globals.flush();
    for (let busy = first(subTopologies); busy !== undefined; busy = first(subTopologies)) await busy.run();
    if (topics.full) await topics.drain();
    for (const sink of sinks) await sink.work();
  }

  get #load() {
    return sumOfLoads(this.parts.subTopologies.map(({ load }) => load));
  }

  #commitDue(): boolean {
    const { cacheFull, overlayBytes } = this.#load;
    return this.#sinceCommit >= RECORDS_PER_COMMIT || cacheFull || overlayBytes > OVERLAY_BYTES;
  }

  async #commit(): Promise<void> {
    const { subTopologies, globals } = this.parts;
    const expire = ++this.#commits % COMMITS_PER_EXPIRY === 0;
    for (const subTopology of subTopologies) {
      await subTopology.commit(expire);
      await this.#process();
    }
    await globals.commit();
    this.#sinceCommit = 0;
  }
}

function first(subTopologies: readonly DrivenSubTopology[]): DrivenSubTopology | undefined {
  return subTopologies.find(({ idle }) => !idle);
}
