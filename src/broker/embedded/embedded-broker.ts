import type { Database } from '../../util/database.js';
import type { Random } from '../../util/random.js';
import type { Clock } from '../../util/time.js';
import { invalid } from '../../util/errors.js';
import type { Transport } from '../client/transport.js';
import { EmbeddedTransport } from './embedded-transport.js';
import { FetchRequests } from './fetch-requests.js';
import { GroupCoordinator } from './group/group-coordinator.js';
import { GroupOffsetRequests } from './group/group-offset-requests.js';
import { OffsetRequests } from './offset-requests.js';
import { OffsetStore } from './offset-store.js';
import { ProduceRequests } from './produce-requests.js';
import { Maintenance } from './retention/maintenance.js';
import { countOpening, recover } from './recovery.js';
import { RequestDispatch } from './request-dispatch.js';
import type { BrokerStorage } from './storage/broker-storage.js';
import { LevelStorage } from './storage/level-storage.js';
import { MemoryStorage } from './storage/memory-storage.js';
import { TopicRegistry } from './topic-registry.js';
import { TopicRequests } from './topic-requests.js';
import { TransactionCoordinator } from './transaction-coordinator.js';
import { TransactionMarkers } from './transaction-markers.js';
import { TransactionRequests } from './transaction-requests.js';

/** How to open an embedded broker. */
export interface EmbeddedBrokerOptions {
  /** Where the log is kept, for this process alone; left out: in memory. */
  readonly directory?: string;
  /** The database that holds the log, already open, in place of LevelDB in `directory`. */
  readonly database?: Database;
  /** Whether a commit is on disk before it is answered. Default true; only for a log with a directory. */
  readonly fsync?: boolean;
  /** Bytes of the youngest batches kept in memory, with a directory. Default 32 MiB. */
  readonly cacheBytes?: number;
  readonly clock: Clock;
  readonly random: Random;
  /** 2 (default): KIP-890's protocol. 1: the older one. */
  readonly transactionVersion?: 1 | 2;
  /**
   * How long after the end of a transaction a marker of it is written, asked for each marker. Left out: all at once, with the
   * end itself. A cluster takes its time: for tests and the simulation.
   */
  readonly markerDelayMs?: () => number;
}

/** One topic as {@link EmbeddedBroker.inspect} shows it. */
export interface TopicInspection {
  readonly name: string;
  /** Hex of the topic's UUID. */
  readonly topicId: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly startOffset: number;
    /** The next record's offset. */
    readonly endOffset: number;
    /** First offset of the oldest open transaction, or the end. */
    readonly lastStableOffset: number;
  }[];
}

/**
 * A Kafka broker in this process, node 1 of a cluster of one. It answers the requests of broker/client/protocol.ts as
 * Kafka 4.3 does. For this process only.
 */
export class EmbeddedBroker {
  readonly #topics: TopicRegistry;
  readonly #offsets: OffsetStore;
  readonly #fetches: FetchRequests;
  readonly #transactions: TransactionCoordinator;
  readonly #groups: GroupCoordinator;
  readonly #maintenance: Maintenance;
  readonly #dispatch: RequestDispatch;
  readonly #transports = new Set<EmbeddedTransport>();

  /** Use {@link openEmbeddedBroker}. @param leaderEpoch of every partition */
  constructor(
    private readonly storage: BrokerStorage,
    { clock, random, transactionVersion = 2, markerDelayMs }: EmbeddedBrokerOptions,
    leaderEpoch: number,
  ) {
    const offsets = new OffsetStore(storage);
    this.#offsets = offsets;
    this.#topics = new TopicRegistry(storage, random, leaderEpoch);
    this.#fetches = new FetchRequests(this.#topics, clock);
    const markers = new TransactionMarkers(this.#topics, offsets, storage, clock, markerDelayMs);
    this.#transactions = new TransactionCoordinator(markers, storage, clock, transactionVersion);
    this.#groups = new GroupCoordinator(offsets, storage, clock, random);
    const groupOffsets = new GroupOffsetRequests(this.#topics, this.#groups, offsets, this.#transactions, storage);
    this.#maintenance = new Maintenance(this.#topics, storage, clock);
    const topics = new TopicRequests(this.#topics, offsets, storage);
    const listing = new OffsetRequests(this.#topics);
    const produce = new ProduceRequests(this.#topics, this.#transactions, storage, clock);
    const transactions = new TransactionRequests(this.#topics, this.#transactions, storage);
    this.#dispatch = new RequestDispatch(
      {
        Metadata: (request) => topics.metadata(request),
        FindCoordinator: () => topics.findCoordinator(),
        Fetch: (request) => this.#fetches.fetch(request),
        ListOffsets: (request) => listing.listOffsets(request),
        Produce: (request) => produce.produce(request),
        InitProducerId: (request) => transactions.initProducerId(request),
        AddPartitionsToTxn: (request) => transactions.addPartitions(request),
        AddOffsetsToTxn: (request) => transactions.addOffsets(request),
        TxnOffsetCommit: (request) => groupOffsets.stage(request),
        EndTxn: (request) => transactions.endTxn(request),
        JoinGroup: (request) => this.#groups.join(request),
        SyncGroup: (request) => this.#groups.sync(request),
        Heartbeat: (request) => this.#groups.heartbeat(request),
        LeaveGroup: (request) => this.#groups.leave(request),
        OffsetCommit: (request) => groupOffsets.commit(request),
        OffsetFetch: (request) => groupOffsets.fetch(request),
        DeleteGroups: (request) => this.#groups.deleteGroups(request),
        ListGroups: (request) => this.#groups.listGroups(request),
        DescribeGroups: (request) => this.#groups.describeGroups(request),
        CreateTopics: (request) => topics.createTopics(request),
        DeleteTopics: (request) => topics.deleteTopics(request),
        DeleteRecords: (request) => topics.deleteRecords(request),
        DescribeConfigs: (request) => topics.describeConfigs(request),
        CreatePartitions: (request) => topics.createPartitions(request),
      },
      clock,
      transactionVersion,
    );
  }

  /** Brings back what storage keeps; before the first request. */
  async recoverFrom(storage: LevelStorage): Promise<void> {
    await recover({ storage, topics: this.#topics, offsets: this.#offsets, transactions: this.#transactions });
    this.#maintenance.start();
  }

  /** A connection of its own for one client. */
  transport(): Transport {
    const transport = new EmbeddedTransport(this.#dispatch, (closed) => this.#transports.delete(closed));
    this.#transports.add(transport);
    return transport;
  }

  /**
   * Compacts a topic now, up to its last stable offsets.
   * @throws MillraceError `TOPIC_UNKNOWN`
   */
  async compact(name: string): Promise<void> {
    const topic = this.#topics.get(name);
    if (topic === undefined) {
      throw invalid('TOPIC_UNKNOWN', `the embedded log has no topic "${name}"`, {
        hint: 'Create it, or mend the name.',
      });
    }
    await this.#maintenance.compact(topic);
  }

  /** Drops what is due by retention and compacts what is due; a broker with a directory does so every five minutes. */
  maintain(): Promise<void> {
    return this.#maintenance.run();
  }

  /** Every topic with the bounds of its partitions, by name; for tools. */
  inspect(): TopicInspection[] {
    return this.#topics.all().map(({ name, id, partitions }) => ({
      name,
      topicId: id,
      partitions: partitions.map(({ startOffset, endOffset, lastStableOffset }, partition) => ({
        partition,
        startOffset,
        endOffset,
        lastStableOffset,
      })),
    }));
  }

  /** Ends every transport and every timer. Closing twice does nothing. */
  async close(): Promise<void> {
    this.#dispatch.close();
    for (const transport of [...this.#transports]) await transport.close();
    this.#fetches.close();
    this.#transactions.close();
    this.#groups.close();
    await this.#maintenance.close();
    await this.storage.close();
  }
}

/**
 * Opens a broker, in memory or with the log of its directory as it was acknowledged.
 * @throws MillraceError `LOG_DIRECTORY_LOCKED`, `LOG_DIRECTORY_UNUSABLE`, `LOG_FORMAT_UNKNOWN`
 */
export async function openEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { database, fsync, cacheBytes } = options;
  const directory = options.directory ?? database?.location;
  if (directory === undefined) return new EmbeddedBroker(new MemoryStorage(), options, 0);
  const storage = await LevelStorage.open({ directory, database, fsync, cacheBytes });
  const broker = new EmbeddedBroker(storage, options, await countOpening(storage));
  await broker.recoverFrom(storage);
  return broker;
}
