import { BatchHeader } from '../../../../src/broker/record-batch/batch-header.js';
import { RecordBatchBuilder } from '../../../../src/broker/record-batch/record-batch-builder.js';
import { decodeRecords } from '../../../../src/broker/record-batch/decode.js';
import type { ApiName, FetchResponse, RequestOf, ResponseOf } from '../../../../src/broker/client/protocol.js';
import type { Channel, Transport } from '../../../../src/broker/client/transport.js';
import { openEmbeddedBroker, type EmbeddedBroker } from '../../../../src/broker/embedded/embedded-broker.js';
import type { EmbeddedBrokerOptions } from '../../../../src/broker/embedded/embedded-broker.js';
import { seededRandom } from '../../../../src/util/random.js';
import { ManualClock } from '../../../support/manual-clock.js';

type Produced = ResponseOf<'Produce'>['partitions'][number];
type Fetched = FetchResponse['partitions'][number];

/** A producer's proof: what InitProducerId gave, and its next sequence number by `topic/partition`. */
export interface Holder {
  transactionalId: string | null;
  producerId: bigint;
  producerEpoch: number;
  sequences: Map<string, number>;
}

interface FetchOptions {
  isolation?: 'read_committed' | 'read_uncommitted';
  maxWaitMs?: number;
  maxBytes?: number;
  partition?: number;
}

const CONCURRENT_TRANSACTIONS = 51;

/** An embedded broker with a clock in hand, and short ways to ask it. */
export class BrokerUnderTest {
  readonly transport: Transport;

  constructor(
    readonly broker: EmbeddedBroker,
    readonly clock: ManualClock,
  ) {
    this.transport = broker.transport();
  }

  static async open(
    options: Partial<Omit<EmbeddedBrokerOptions, 'clock'>> & { clock?: ManualClock } = {},
  ): Promise<BrokerUnderTest> {
    const clock = options.clock ?? new ManualClock();
    return new BrokerUnderTest(await openEmbeddedBroker({ random: seededRandom(1), ...options, clock }), clock);
  }

  ask<A extends ApiName>(api: A, message: RequestOf<A>, channel: Channel = 'admin'): Promise<ResponseOf<A>> {
    return this.transport.request('any', channel, api, message);
  }

  async topic(name: string, partitions = 1, configs: Record<string, string> = {}): Promise<number> {
    const topics = [{ name, partitions, replicationFactor: 1, configs }];
    const answer = await this.ask('CreateTopics', { topics, timeoutMs: 1_000, validateOnly: false });
    return answer.topics[0]!.errorCode;
  }

  /** InitProducerId, asked again while the broker ends an older transaction. */
  async init(transactionalId: string | null, timeoutMs = 60_000): Promise<Holder> {
    const request = { transactionalId, transactionTimeoutMs: timeoutMs, producerId: -1n, producerEpoch: -1 };
    const { producerId, producerEpoch, errorCode } = await this.ask('InitProducerId', request);
    if (errorCode === CONCURRENT_TRANSACTIONS) return this.init(transactionalId, timeoutMs);
    return { transactionalId, producerId, producerEpoch, sequences: new Map() };
  }

  /** Produces one batch with a record per value; keys are `k`. */
  produce(topic: string, values: readonly string[], holder?: Holder, partition = 0): Promise<Produced> {
    const entries = values.map((value) => ['k', value] as const);
    const sequence = holder?.sequences.get(`${topic}/${partition}`);
    return this.produceBatch(topic, batchOf(entries, this.clock.nowMs(), holder, sequence), holder, partition);
  }

  async produceBatch(topic: string, records: Buffer, holder?: Holder, partition = 0): Promise<Produced> {
    const transactionalId = holder?.transactionalId ?? null;
    const partitions = [{ topic, partition, records }];
    const request = { transactionalId, acks: -1 as const, timeoutMs: 1_000, partitions };
    const answer = (await this.ask('Produce', request, 'produce')).partitions[0]!;
    const { baseSequence, count } = new BatchHeader(records, 0);
    if (answer.errorCode === 0) holder?.sequences.set(`${topic}/${partition}`, baseSequence + count);
    return answer;
  }

  async end(holder: Holder, committed: boolean): Promise<number> {
    const { transactionalId, producerId, producerEpoch } = holder;
    const request = { transactionalId: transactionalId ?? '', producerId, producerEpoch, committed };
    const answer = await this.ask('EndTxn', request, 'transaction');
    if (answer.errorCode !== 0) return answer.errorCode;
    if (answer.producerEpoch !== producerEpoch) holder.sequences.clear();
    holder.producerId = answer.producerId;
    holder.producerEpoch = answer.producerEpoch;
    return 0;
  }

  async fetch(topic: string, fetchOffset = 0, options: FetchOptions = {}): Promise<Fetched> {
    const { isolation = 'read_uncommitted', maxWaitMs = 0, maxBytes = 1_000_000, partition = 0 } = options;
    const partitions = [{ topic, partition, fetchOffset, maxBytes, currentLeaderEpoch: -1 }];
    const answer = await this.ask('Fetch', { isolation, maxWaitMs, minBytes: 1, maxBytes, partitions }, 'fetch');
    return answer.partitions[0]!;
  }

  /** Values in a partition, as a reader sees them that drops aborted records. */
  async committedValues(topic: string, partition = 0): Promise<string[]> {
    const found: string[] = [];
    let offset = (await this.fetch(topic, 0, { partition })).logStartOffset;
    if (offset < 0) offset = 0;
    for (;;) {
      const answer = await this.fetch(topic, offset, { isolation: 'read_committed', partition, maxBytes: 200 });
      const { records, nextOffset } = decodeRecords(answer.records, offset, withoutAborted(answer));
      for (let at = 0; at < records.length; at++) found.push(valueAt(records, at));
      if (nextOffset === offset) return found;
      offset = nextOffset;
    }
  }
}

/** One batch of (key, value) records. */
export function batchOf(
  entries: readonly (readonly [key: string | null, value: string | null])[],
  timestamp: number,
  holder?: Holder,
  sequence = 0,
): Buffer {
  const builder = new RecordBatchBuilder();
  for (const [key, value] of entries) {
    builder.append(key === null ? null : Buffer.from(key), value === null ? null : Buffer.from(value), timestamp, []);
  }
  return builder.build({
    producerId: holder?.producerId ?? -1n,
    producerEpoch: holder?.producerEpoch ?? -1,
    baseSequence: holder === undefined ? -1 : sequence,
    transactional: typeof holder?.transactionalId === 'string',
  });
}

/** The values of the records in fetched bytes, aborted ones too. */
export function valuesIn(bytes: Buffer): string[] {
  const { records } = decodeRecords(bytes, 0);
  return Array.from({ length: records.length }, (_, at) => valueAt(records, at));
}

function valueAt(records: ReturnType<typeof decodeRecords>['records'], at: number): string {
  return records.buffer(at).toString('utf8', records.valueStart(at), records.valueEnd(at));
}

function withoutAborted(answer: Fetched): Parameters<typeof decodeRecords>[2] {
  const waiting = [...answer.abortedTransactions].sort((left, right) => left.firstOffset - right.firstOffset);
  const aborted = new Set<bigint>();
  return (header) => {
    while (waiting[0] !== undefined && waiting[0].firstOffset <= header.lastOffset) {
      aborted.add(waiting.shift()!.producerId);
    }
    if (header.controlType === 'abort') aborted.delete(header.producerId);
    return !(header.transactional && aborted.has(header.producerId));
  };
}
