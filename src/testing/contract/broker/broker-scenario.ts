import assert from 'node:assert/strict';
import {
  type BrokerClient,
  type FetchedRecords,
  type GroupMetadata,
  type ReaderOptions,
  type Writer,
  type WriterOptions,
  partitionKey,
} from '../../../broker/client/client.js';
import type { TopicPartition } from '../../../broker/client/protocol.js';
import type { RecordColumns } from '../../../broker/record-batch/record-columns.js';
import { MillraceError, messageOf } from '../../../util/errors.js';
import { type Headers, NO_HEADERS } from '../../../util/headers.js';
import type { Clock } from '../../../util/time.js';
import type { BrokerHarness } from './broker-harness.js';

const PATIENCE_MS = 40_000;
let scenarios = 0;

/** One record as it was read. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
  readonly headers: Headers;
}

/** What one test of the contract works with; everything it opens is closed at its end. */
export class BrokerScenario {
  readonly clock: Clock;
  readonly name: string;
  private readonly clients: BrokerClient[] = [];
  private opened = 0;

  constructor(readonly harness: BrokerHarness) {
    this.clock = harness.clock;
    this.name = `${harness.run}-${++scenarios}`;
  }

  /** A client with connections of its own. */
  async client(clock: Clock = this.clock): Promise<BrokerClient> {
    const client = await this.harness.client({ clientId: `${this.name}-${++this.opened}`, clock });
    this.clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
  }

  /** A new topic. */
  async topic(client: BrokerClient, partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = `${this.name}-topic-${++this.opened}`;
    await client.admin.createTopics([{ name, partitions, configs }]);
    return name;
  }

  /** A writer that is ready. */
  async writer(client: BrokerClient, options: WriterOptions = {}): Promise<Writer> {
    const writer = client.writer(options);
    await writer.init();
    return writer;
  }

  transactional(client: BrokerClient, id = 'writer', options: WriterOptions = {}): Promise<Writer> {
    return this.writer(client, { transactionalId: `${this.name}-${id}`, ...options });
  }

  /** Writes values without a transaction. */
  async write(client: BrokerClient, topic: string, values: readonly string[], partition = 0): Promise<void> {
    const writer = await this.writer(client);
    for (const value of values) send(writer, topic, value, partition);
    await writer.flush();
    await writer.close();
  }

  /** Writes values in one transaction. */
  async commit(writer: Writer, topic: string, values: readonly string[], partition = 0): Promise<void> {
    writer.begin();
    for (const value of values) send(writer, topic, value, partition);
    await writer.commit();
  }

  /**
   * Everything in a topic, from `from` up to the high watermark, which the position has to reach; with `stable` up to the
   * last stable offset, so that a transaction that is open is not waited for.
   */
  async read(
    client: BrokerClient,
    topic: string,
    options: Partial<ReaderOptions> & { readonly from?: number; readonly stable?: boolean } = {},
  ): Promise<ReadRecord[]> {
    const description = (await client.admin.describeTopics([topic])).get(topic);
    assert.ok(description, `topic ${topic} exists`);
    const partitions = Array.from({ length: description.partitions }, (_, partition) => ({ topic, partition }));
    const ends = await client.admin.listOffsets(partitions, 'latest', options.stable ? 'read_committed' : undefined);
    const starts = await client.admin.listOffsets(partitions, 'earliest');
    const reader = client.reader({ isolation: 'read_committed', channel: 'restore', ...options });
    for (const partition of partitions)
      reader.seek(partition, options.from ?? starts.get(partitionKey(partition)) ?? 0);
    const behind = (): boolean =>
      partitions.some((one) => (reader.position(one) ?? 0) < (ends.get(partitionKey(one)) ?? 0));
    const found: ReadRecord[] = [];
    await this.eventually(`position reaches the end of ${topic}`, async () => {
      if (!behind()) return true;
      for (const fetched of await reader.poll()) found.push(...recordsOf(fetched));
      return !behind();
    });
    await reader.close();
    assertInOrder(found);
    return found;
  }

  async values(
    client: BrokerClient,
    topic: string,
    options: Partial<ReaderOptions> & { readonly stable?: boolean } = {},
  ): Promise<(string | null)[]> {
    return (await this.read(client, topic, options)).map(({ value }) => value);
  }

  /** Tries until it holds. */
  async eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = this.clock.monotonicMs() + PATIENCE_MS;
    while (!(await holds())) {
      assert.ok(this.clock.monotonicMs() < deadline, `in time: ${what}`);
      await this.clock.sleep(10);
    }
  }

  /** The metadata of a group without members. */
  noMembers(group = 'group'): GroupMetadata {
    return { groupId: `${this.name}-${group}`, generationId: -1, memberId: '', groupInstanceId: null };
  }
}

/** The work has to fail because another writer or member took over. */
export function rejectsAsFenced(work: Promise<unknown>): Promise<void> {
  return rejectsWithCode(work, 'FENCED');
}

/** The work has to fail with an error of one of these codes. */
export async function rejectsWithCode(work: Promise<unknown>, ...codes: readonly string[]): Promise<void> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const code = error instanceof MillraceError ? error.code : 'none';
  assert.ok(codes.includes(code), `${codes.join(' or ')}, not ${code}: ${messageOf(error)}`);
}

/** Sends a record whose key is its value. */
export function send(writer: Writer, topic: string, value: string, partition = 0): void {
  writer.send(topic, partition, Buffer.from(value), Buffer.from(value), 1_000, NO_HEADERS);
}

/** The offset to commit for a partition. */
export function offsetOf(topic: string, partition: number, offset: number, metadata = '') {
  return { topic, partition, offset, leaderEpoch: -1, metadata };
}

/** The partitions of a topic. */
export function partitionsOf(topic: string, count: number): TopicPartition[] {
  return Array.from({ length: count }, (_, partition) => ({ topic, partition }));
}

/** `prefix0` to `prefixN`. */
export function numbered(count: number, prefix = 'v'): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

/** The records of one poll, as objects. */
export function recordsOf({ partition, records }: FetchedRecords): ReadRecord[] {
  return Array.from({ length: records.length }, (_, i) => ({
    partition,
    offset: records.offset(i),
    key: textAt(records, i, records.keyStart(i), records.keyEnd(i)),
    value: textAt(records, i, records.valueStart(i), records.valueEnd(i)),
    timestamp: records.timestamp(i),
    headers: records.headers(i),
  }));
}

function textAt(records: RecordColumns, index: number, start: number, end: number): string | null {
  return start < 0 ? null : records.buffer(index).utf8Slice(start, end);
}

function assertInOrder(records: readonly ReadRecord[]): void {
  const last = new Map<number, number>();
  for (const { partition, offset } of records) {
    assert.ok(offset > (last.get(partition) ?? -1), `offset ${offset} of partition ${partition} comes once, in order`);
    last.set(partition, offset);
  }
}
