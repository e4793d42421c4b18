import { partitionKey, type BrokerClient, type FetchedRecords } from '../../broker/client/client.js';
import { OffsetOutOfRangeError } from '../../broker/client/errors.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import type {
  ChangelogBatch,
  ChangelogPlace,
  ChangelogRange,
  ChangelogSource,
  WatchedTopic,
} from '../../query/watch/changelog-source.js';
import { NO_RECORDS, packedBetween, packRecords } from '../../query/watch/packed-records.js';
import { changelogReplaced, cursorOutOfRange } from '../../query/watch/watch-errors.js';
import type { Clock } from '../../util/time.js';
import type { PartitionReading } from './partition-reading.js';
import { SharedReader } from './shared-reader.js';

/** After so long without records an empty batch is given. */
const IDLE_MS = 1_000;
/** How often it is looked whether a topic is still the one it was. */
const IDENTITY_MS = 5_000;
/** How often it is looked what the group has processed of a topic that the application reads itself. */
const PROCESSED_MS = 200;
/** Who is behind does not hold the connection for long. */
const BEHIND_WAIT_MS = 10;

/** Reads changelogs from the broker, committed records only. A client that is not used has no connection. */
export class BrokerChangelogs implements ChangelogSource {
  /** A partition stands once in each: the first reads what is live, the others what somebody is behind with. */
  readonly #readers: SharedReader[] = [];
  readonly #identities = new Map<string, { readonly topicId: Promise<string | undefined>; readonly askedMs: number }>();

  constructor(
    private readonly client: Pick<BrokerClient, 'admin' | 'reader'>,
    private readonly clock: Clock,
  ) {}

  async changelogRange({ topic, group }: WatchedTopic): Promise<ChangelogRange | undefined> {
    const { admin } = this.client;
    const description = (await admin.describeTopics([topic])).get(topic);
    if (description === undefined) return undefined;
    const partitions = Array.from({ length: description.partitions }, (_, partition) => ({ topic, partition }));
    const [starts, ends, processed] = await Promise.all([
      admin.listOffsets(partitions, 'earliest'),
      admin.listOffsets(partitions, 'latest', 'read_committed'),
      group === undefined ? undefined : admin.committedOffsets(group, partitions),
    ]);
    const startOf = (key: string): number => starts.get(key) ?? 0;
    const endOf = (key: string): number =>
      Math.min(ends.get(key) ?? 0, processed === undefined ? Infinity : (processed.get(key)?.offset ?? startOf(key)));
    const keys = partitions.map(partitionKey);
    return { topicId: description.topicId, starts: keys.map(startOf), ends: keys.map(endOf) };
  }

  readChangelog(place: ChangelogPlace): AsyncIterable<ChangelogBatch> {
    const batches = this.#read(place);
    return place.group === undefined ? batches : this.#processed(batches, place, place.group);
  }

  async close(): Promise<void> {
    for (const reader of this.#readers) await reader.close();
  }

  async *#read(place: ChangelogPlace): AsyncGenerator<ChangelogBatch> {
    const { topic, partition, offset } = place;
    const reader = this.#readerFor(place);
    const reading = reader.open({ topic, partition }, offset);
    let nextOffset = offset;
    try {
      for (;;) {
        await this.#expectSame(place);
        const fetched = await taken(reading, place);
        if (fetched === undefined) yield { records: NO_RECORDS, nextOffset, caughtUp: true };
        else {
          reader.goOn(reading);
          nextOffset = fetched.nextOffset;
          const caughtUp = nextOffset >= fetched.lastStableOffset;
          yield { records: packRecords(fetched.records), nextOffset, caughtUp };
        }
      }
    } finally {
      reader.end(reading);
    }
  }

  /** Of each batch what the group has processed already, and the rest when it has. */
  async *#processed(
    batches: AsyncIterable<ChangelogBatch>,
    place: ChangelogPlace,
    group: string,
  ): AsyncGenerator<ChangelogBatch> {
    let processed = 0;
    let given = place.offset;
    for await (const batch of batches) {
      while (batch.nextOffset > processed) {
        const committed = await this.client.admin.committedOffsets(group, [place]);
        processed = committed.get(partitionKey(place))?.offset ?? 0;
        if (batch.nextOffset <= processed) break;
        const next = Math.max(given, processed);
        yield { records: packedBetween(batch.records, given, next), nextOffset: next, caughtUp: true };
        given = next;
        await this.clock.sleep(PROCESSED_MS);
      }
      yield { ...batch, records: packedBetween(batch.records, given, Infinity) };
      given = batch.nextOffset;
    }
  }

  #readerFor(place: TopicPartition): SharedReader {
    const free = this.#readers.find((reader) => !reader.reads(place));
    if (free !== undefined) return free;
    const live = this.#readers.length === 0;
    // Two channels, since an answer that is waited for holds those behind it.
    const options = live
      ? ({ channel: 'fetch' } as const)
      : ({ channel: 'restore', maxWaitMs: BEHIND_WAIT_MS } as const);
    const reader = new SharedReader(this.client.reader({ isolation: 'read_committed', ...options }), this.clock);
    this.#readers.push(reader);
    return reader;
  }

  /** @throws MillraceError `CHANGELOG_REPLACED` */
  async #expectSame({ topic, topicId }: ChangelogPlace): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    let known = this.#identities.get(topic);
    if (known === undefined || nowMs - known.askedMs >= IDENTITY_MS) {
      known = { topicId: this.#topicId(topic), askedMs: nowMs };
      this.#identities.set(topic, known);
    }
    if ((await known.topicId) !== topicId) throw changelogReplaced(topic);
  }

  async #topicId(topic: string): Promise<string | undefined> {
    return (await this.client.admin.describeTopics([topic])).get(topic)?.topicId;
  }
}

async function taken(reading: PartitionReading, place: ChangelogPlace): Promise<FetchedRecords | undefined> {
  try {
    return await reading.next(IDLE_MS);
  } catch (error) {
    if (!(error instanceof OffsetOutOfRangeError)) throw error;
    throw cursorOutOfRange(place.topic, place.partition, error.offset);
  }
}
