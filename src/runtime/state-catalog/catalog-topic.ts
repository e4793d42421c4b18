import { partitionKey, type BrokerClient, type FetchedRecords } from '../../broker/client/client.js';
import { stateCatalogTopic } from '../../topology/internal-topics.js';
import { NO_HEADERS } from '../../util/headers.js';

/** What an entry is of: a schema of a store's values, by its fingerprint in hex; or, without, the shape of the store. */
export interface CatalogKey {
  readonly store: string;
  readonly schema?: string;
}

/** One entry of the catalog; null deletes it. */
export interface CatalogEntry {
  readonly key: CatalogKey;
  readonly value: Readonly<Record<string, unknown>> | null;
}

export interface CatalogTopicOptions {
  readonly applicationId: string;
  readonly client: Pick<BrokerClient, 'admin' | 'reader' | 'writer'>;
  /** Default: the broker's. */
  readonly replicationFactor?: number;
}

const CONFIGS = Object.freeze({ 'cleanup.policy': 'compact', 'message.timestamp.type': 'CreateTime' });

/** The compacted topic of an application that holds what its changelogs do not tell: one partition, keys and values of JSON. */
export class CatalogTopic {
  readonly name: string;
  readonly #options: CatalogTopicOptions;

  constructor(options: CatalogTopicOptions) {
    this.#options = options;
    this.name = stateCatalogTopic(options.applicationId);
  }

  /** Makes the topic, unless it is there. */
  async create(): Promise<void> {
    const { client, replicationFactor } = this.#options;
    const factor = replicationFactor === undefined ? {} : { replicationFactor };
    await client.admin.createTopics([{ name: this.name, partitions: 1, ...factor, configs: CONFIGS }]);
  }

  /** What is in the topic now, in the order in which it was written first; nothing when there is no topic. */
  async read(): Promise<readonly CatalogEntry[]> {
    const { client } = this.#options;
    const partition = { topic: this.name, partition: 0 };
    const key = partitionKey(partition);
    const [starts, ends] = await Promise.all([
      client.admin.listOffsets([partition], 'earliest'),
      client.admin.listOffsets([partition], 'latest'),
    ]);
    const end = ends.get(key) ?? 0;
    let next = starts.get(key) ?? 0;
    const entries = new Map<string, CatalogEntry>();
    if (next >= end) return [];
    const reader = client.reader({ isolation: 'read_committed', channel: 'restore' });
    try {
      reader.seek(partition, next);
      while (next < end) {
        for (const { records, nextOffset } of await reader.poll()) {
          for (let index = 0; index < records.length; index++) take(entries, records, index);
          next = nextOffset;
        }
      }
    } finally {
      await reader.close();
    }
    return [...entries.values()];
  }

  /** Writes entries, and waits until they are there. */
  async append(entries: readonly CatalogEntry[]): Promise<void> {
    const writer = this.#options.client.writer({});
    try {
      await writer.init();
      for (const { key, value } of entries) {
        const bytes = value === null ? null : Buffer.from(JSON.stringify(value));
        writer.send(this.name, 0, Buffer.from(JSON.stringify(key)), bytes, -1, NO_HEADERS);
      }
      await writer.flush();
    } finally {
      await writer.close();
    }
  }
}

function take(entries: Map<string, CatalogEntry>, records: FetchedRecords['records'], index: number): void {
  const bytes = records.buffer(index);
  const key = bytes.toString('utf8', records.keyStart(index), records.keyEnd(index));
  const valueStart = records.valueStart(index);
  if (valueStart < 0) {
    entries.delete(key);
    return;
  }
  const value = bytes.toString('utf8', valueStart, records.valueEnd(index));
  entries.set(key, {
    key: JSON.parse(key) as CatalogKey, // as: written by `append`
    value: JSON.parse(value) as CatalogEntry['value'], // as above
  });
}
