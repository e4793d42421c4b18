import type { Random } from '../../util/random.js';
import type { Clock } from '../../util/time.js';
import { prepareCompression } from '../record-batch/compression.js';
import type { Transport } from '../client/transport.js';
import { EmbeddedTransport } from './embedded-transport.js';
import { FetchRequests } from './fetch-requests.js';
import { GroupCoordinator } from './group/group-coordinator.js';
import { GroupOffsetRequests } from './group/group-offset-requests.js';
import { OffsetRequests } from './offset-requests.js';
import { OffsetStore } from './offset-store.js';
import { ProduceRequests } from './produce-requests.js';
import { RequestDispatch } from './request-dispatch.js';
import type { BrokerStorage } from './storage/broker-storage.js';
import { MemoryStorage } from './storage/memory-storage.js';
import { TopicRegistry } from './topic-registry.js';
import { TopicRequests } from './topic-requests.js';
import { TransactionCoordinator } from './transaction-coordinator.js';
import { TransactionRequests } from './transaction-requests.js';

/** How to open an embedded broker. */
export interface EmbeddedBrokerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** 2 (default): KIP-890's protocol. 1: the older one. */
  readonly transactionVersion?: 1 | 2;
}

/**
 * A Kafka broker in this process, node 1 of a cluster of one. It answers the requests of broker/client/protocol.ts as
 * Kafka 4.3 does. For this process only.
 */
export class EmbeddedBroker {
  readonly #topics: TopicRegistry;
  readonly #fetches: FetchRequests;
  readonly #transactions: TransactionCoordinator;
  readonly #groups: GroupCoordinator;
  readonly #dispatch: RequestDispatch;
  readonly #transports = new Set<EmbeddedTransport>();

  /** Use {@link openEmbeddedBroker}. */
  constructor(
    private readonly storage: BrokerStorage,
    { clock, random, transactionVersion = 2 }: EmbeddedBrokerOptions,
  ) {
    const offsets = new OffsetStore(storage);
    this.#topics = new TopicRegistry(storage, random, 0);
    this.#fetches = new FetchRequests(this.#topics, clock);
    this.#transactions = new TransactionCoordinator(this.#topics, offsets, storage, clock, transactionVersion);
    this.#groups = new GroupCoordinator(offsets, storage, clock, random);
    const groupOffsets = new GroupOffsetRequests(this.#topics, this.#groups, offsets, this.#transactions, storage);
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

  /** A connection of its own for one client. */
  transport(): Transport {
    const transport = new EmbeddedTransport(this.#dispatch, (closed) => this.#transports.delete(closed));
    this.#transports.add(transport);
    return transport;
  }

  /** Ends every transport and every timer. Closing twice does nothing. */
  async close(): Promise<void> {
    this.#dispatch.close();
    for (const transport of [...this.#transports]) await transport.close();
    this.#fetches.close();
    this.#transactions.close();
    this.#groups.close();
    await this.storage.close();
  }
}

/** Opens a broker that lives in memory. */
export async function openEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  await prepareCompression();
  return new EmbeddedBroker(new MemoryStorage(), options);
}
