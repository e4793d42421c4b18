import { partitionKey, type BrokerClient, type Writer } from '../../broker/client/client.js';
import { outsideOfGroup } from '../../broker/client/group-offsets.js';
import { partitionForKey } from '../../broker/client/partitioner.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import { deadLetterOf, headersToRedrive, type DeadLetter } from './dead-letter.js';
import { deadLetterFilter } from './dead-letter-filter.js';
import { RedrivenOffsets } from './redriven-offsets.js';
import { partitionsOf, scanPartitions } from './scan-topic.js';

/** Records sent back in one transaction. */
const RECORDS_PER_TRANSACTION = 1_000;

/** What is to be sent back, and where to. */
export interface RedriveRequest {
  /** `FIELD=VALUE`, all of which have to hold; see {@link deadLetterFilter}. */
  readonly where: readonly string[];
  /** Default: each record to the topic in which it failed. */
  readonly to?: string;
  /** False: only tells what would be done. */
  readonly execute: boolean;
}

/** What was done, or would be. */
export interface RedriveReport {
  /** Records by the topic they go to. */
  readonly sent: Readonly<Record<string, number>>;
  /** Records left alone because an earlier redrive has sent them. */
  readonly sentBefore: number;
  /** Records left alone because no header tells where they came from, and no topic was named. */
  readonly withoutSource: number;
}

/**
 * Sends dead letters back as they were, without the headers of their error, in the order of each partition and exactly
 * once: what was sent is remembered with the transaction that sends it, as the committed offsets of a group of the topic's
 * own, so that no later redrive sends it again.
 */
export async function redrive(client: BrokerClient, topic: string, request: RedriveRequest): Promise<RedriveReport> {
  const partitions = await partitionsOf(client, topic);
  const wanted = deadLetterFilter(request.where);
  const targets = new Targets(client);
  const writer = request.execute ? await RedriveWriter.open(client, topic) : undefined;
  const report = { sent: {} as Record<string, number>, sentBefore: 0, withoutSource: 0 };
  try {
    const redriven = await redrivenOf(client, topic, partitions);
    let previous: DeadLetter | undefined;
    for await (const piece of scanPartitions(client, partitions)) {
      for (let index = 0; index < piece.records.length; index++) {
        const letter = deadLetterOf(piece, index);
        const from = previous?.partition === letter.partition ? previous.offset + 1 : 0;
        previous = letter;
        const own = redriven.get(letter.partition);
        const to = request.to ?? letter.source?.topic;
        if (!wanted(letter) || own === undefined) continue;
        if (own.has(letter.offset)) report.sentBefore++;
        else if (to === undefined) report.withoutSource++;
        else {
          const partition = await targets.partition(to, letter);
          own.add(from, letter.offset);
          report.sent[to] = (report.sent[to] ?? 0) + 1;
          await writer?.send({ topic: to, partition }, letter, own);
        }
      }
    }
    await writer?.commit();
  } finally {
    await writer?.close();
  }
  return report;
}

/** What was redriven of each partition, by its number. */
export async function redrivenOf(
  { admin }: BrokerClient,
  topic: string,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<number, RedrivenOffsets>> {
  const committed = await admin.committedOffsets(groupOf(topic), partitions, { requireStable: true });
  return new Map(
    partitions.map((partition) => [partition.partition, new RedrivenOffsets(committed.get(partitionKey(partition)))]),
  );
}

function groupOf(topic: string): string {
  return `millrace-redrive-${topic}`;
}

/** Where records go back to. */
class Targets {
  readonly #partitions = new Map<string, number>();

  constructor(private readonly client: BrokerClient) {}

  /** The partition in which it failed, where that is known; else that of its key. */
  async partition(topic: string, { source, key, partition }: DeadLetter): Promise<number> {
    const count = this.#partitions.get(topic) ?? (await partitionsOf(this.client, topic)).length;
    this.#partitions.set(topic, count);
    if (source?.topic === topic && source.partition >= 0 && source.partition < count) return source.partition;
    return key === null ? partition % count : partitionForKey(key, count);
  }
}

/** Sends in transactions that also commit what was sent. A second one on the same topic fences the first. */
class RedriveWriter {
  readonly #touched = new Map<number, RedrivenOffsets>();
  #count = 0;

  private constructor(
    private readonly writer: Writer,
    private readonly topic: string,
  ) {}

  static async open(client: BrokerClient, topic: string): Promise<RedriveWriter> {
    const writer = client.writer({ transactionalId: groupOf(topic) });
    await writer.init();
    return new RedriveWriter(writer, topic);
  }

  async send(to: TopicPartition, letter: DeadLetter, redriven: RedrivenOffsets): Promise<void> {
    const { writer } = this;
    if (!writer.inTransaction) writer.begin();
    const { key, value, timestamp } = letter;
    writer.send(to.topic, to.partition, key, value, timestamp, headersToRedrive(letter));
    this.#touched.set(letter.partition, redriven);
    if (++this.#count >= RECORDS_PER_TRANSACTION) await this.commit();
    else if (writer.full) await writer.drain();
  }

  async commit(): Promise<void> {
    if (!this.writer.inTransaction) return;
    const offsets = [...this.#touched].map(([partition, redriven]) => {
      return { topic: this.topic, partition, leaderEpoch: -1, ...redriven.encode() };
    });
    await this.writer.sendOffsets(outsideOfGroup(groupOf(this.topic)), offsets);
    await this.writer.commit();
    this.#touched.clear();
    this.#count = 0;
  }

  /** What is not committed does not count. */
  async close(): Promise<void> {
    if (this.writer.inTransaction) await this.writer.abort().catch(() => undefined);
    await this.writer.close();
  }
}
