import { createBrokerClient } from '../../src/broker/client/broker-client.js';
import type { BrokerClient } from '../../src/broker/client/client.js';
import type { Isolation } from '../../src/broker/client/protocol.js';
import { partitionForKey } from '../../src/broker/client/partitioner.js';
import type { Transport } from '../../src/broker/client/transport.js';
import { silentLogger } from '../../src/observability/log.js';
import { noMetrics } from '../../src/observability/metrics.js';
import { NO_HEADERS } from '../../src/util/headers.js';
import { seededRandom } from '../../src/util/random.js';
import { systemClock, type Clock } from '../../src/util/time.js';

export interface ReadRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
}

/** A broker, in memory or real, with what a test needs to feed it and to read it. */
export class TestCluster {
  readonly #clients: BrokerClient[] = [];
  readonly #feeder: BrokerClient;
  readonly #partitions = new Map<string, number>();
  #closed = false;

  constructor(
    private readonly connect: () => Transport,
    private readonly clock: Clock = systemClock,
  ) {
    this.#feeder = this.client();
  }

  /** @param topics partitions by topic */
  async createTopics(topics: Readonly<Record<string, number>>): Promise<void> {
    const named = Object.entries(topics).map(([name, partitions]) => ({ name, partitions }));
    for (const { name, partitions } of named) this.#partitions.set(name, partitions);
    await this.#feeder.admin.createTopics(named);
  }

  /** A client of its own; `through` may put something between it and the broker. */
  client(through: (transport: Transport) => Transport = (transport) => transport, clock = this.clock): BrokerClient {
    const client = createBrokerClient({
      transport: through(this.connect()),
      clientId: `client-${this.#clients.length}`,
      clock,
      random: seededRandom(this.#clients.length),
      log: silentLogger,
      metrics: noMetrics,
    });
    this.#clients.push(client);
    return client;
  }

  /** Writes records, to the partitions of their keys. Without timestamps they are a millisecond apart. */
  async produce(
    topic: string,
    records: readonly (readonly [key: string, value: string | null, timestamp?: number])[],
  ): Promise<void> {
    const writer = this.#feeder.writer({});
    await writer.init();
    records.forEach(([key, text, timestamp], index) => {
      const bytes = Buffer.from(key);
      const partition = partitionForKey(bytes, this.#partitions.get(topic) ?? 1);
      const value = text === null ? null : Buffer.from(text);
      writer.send(topic, partition, bytes, value, timestamp ?? 1_000 + index, NO_HEADERS);
    });
    await writer.flush();
    await writer.close();
  }

  /** What a topic holds now, partition by partition. */
  async read(topic: string, isolation: Isolation = 'read_committed'): Promise<ReadRecord[]> {
    const count = (await this.#feeder.admin.describeTopics([topic])).get(topic)?.partitions ?? 0;
    const partitions = Array.from({ length: count }, (_, partition) => ({ topic, partition }));
    const ends = await this.#feeder.admin.listOffsets(partitions, 'latest', isolation);
    const starts = await this.#feeder.admin.listOffsets(partitions, 'earliest');
    const reader = this.#feeder.reader({ isolation, channel: 'fetch' });
    const open = new Map(ends);
    for (const partition of partitions) {
      const key = `${topic}-${partition.partition}`;
      reader.seek(partition, starts.get(key) ?? 0);
      if ((ends.get(key) ?? 0) <= (starts.get(key) ?? 0)) open.delete(key);
    }
    const found: ReadRecord[] = [];
    while (open.size > 0 && !this.#closed) {
      for (const { partition, records, nextOffset } of await reader.poll(10)) {
        for (let i = 0; i < records.length; i++) {
          const text = (start: number, end: number): string | null =>
            start < 0 ? null : records.buffer(i).toString('utf8', start, end);
          found.push({
            key: text(records.keyStart(i), records.keyEnd(i)),
            value: text(records.valueStart(i), records.valueEnd(i)),
            partition,
            offset: records.offset(i),
            timestamp: records.timestamp(i),
          });
        }
        if (nextOffset >= (open.get(`${topic}-${partition}`) ?? 0)) open.delete(`${topic}-${partition}`);
      }
    }
    await reader.close();
    return found;
  }

  /** Reads a topic again and again until `done`. */
  async readUntil(
    topic: string,
    done: (records: readonly ReadRecord[]) => boolean,
    isolation: Isolation = 'read_committed',
  ): Promise<ReadRecord[]> {
    for (;;) {
      const records = await this.read(topic, isolation);
      if (done(records)) return records;
      if (this.#closed) throw new Error(`topic "${topic}" did not come to hold what was waited for`);
      await this.pause();
    }
  }

  /** Lets everything else go on for a moment: to be called while a test waits for a condition. */
  pause(): Promise<void> {
    return systemClock.sleep(5);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const client of this.#clients) await client.close();
  }
}
