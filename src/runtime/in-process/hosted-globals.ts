import type { BuiltTopology } from '../../topology/node.js';
import type { DrivenGlobals } from './driven-globals.js';
import { StoredRecords, type StoredRecord } from './stored-record.js';
import type { TaskHost } from './task-host.js';

/** Records above so many bytes go to the hosts before the next record of another topic comes. */
const MOST_WAITING_BYTES = 1 << 20;

/** Global stores of which every host has a copy. */
export class HostedGlobals implements DrivenGlobals {
  readonly #waiting = new StoredRecords();
  #sequence = 0;

  /** @param topics that fill global stores */
  constructor(
    private readonly topics: readonly string[],
    private readonly hosts: readonly TaskHost[],
  ) {}

  read(topic: string): boolean {
    return this.topics.includes(topic);
  }

  async update(topic: string, { partition, timestamp, key, value, headers }: StoredRecord): Promise<void> {
    this.#waiting.add(this.topics.indexOf(topic), partition, timestamp, this.#sequence++, key, value, headers);
    if (this.#waiting.byteLength > MOST_WAITING_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#waiting.byteLength === 0) return;
    const records = this.#waiting.take();
    await Promise.all(this.hosts.map((host) => host.updateGlobals(records)));
  }

  async commit(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.commitGlobals()));
  }

  close(): Promise<void> {
    return Promise.resolve(); // who has opened the hosts closes them
  }
}

/** The topics that fill global stores, in an order that every thread finds. */
export function globalTopics({ globalStores }: BuiltTopology): readonly string[] {
  return [...new Set(globalStores.flatMap(({ source }) => source.topics))];
}
