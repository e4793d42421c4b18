import { ErrorCode } from '../../../src/broker/client/error-codes.js';
import type { ApiName, ProduceRequest, RequestOf, ResponseOf } from '../../../src/broker/client/protocol.js';
import type { BrokerFeatures, Channel, Transport } from '../../../src/broker/client/transport.js';
import type { Random } from '../../../src/util/random.js';

const REFUSALS = [
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.CONCURRENT_TRANSACTIONS,
];

/** Brokers that refuse some partitions of a Produce request for the moment, and carry out the others. */
export class RefusingTransport implements Transport {
  refused = 0;

  constructor(
    private readonly inner: Transport,
    private readonly random: Random,
    private readonly probability: number,
  ) {}

  connect(): Promise<void> {
    return this.inner.connect();
  }
  features(): BrokerFeatures {
    return this.inner.features();
  }
  close(): Promise<void> {
    return this.inner.close();
  }

  async request<A extends ApiName>(
    node: number | 'any',
    channel: Channel,
    api: A,
    message: RequestOf<A>,
    options?: { readonly timeoutMs?: number },
  ): Promise<ResponseOf<A>> {
    if (api !== 'Produce') return this.inner.request(node, channel, api, message, options);
    // Narrowing by `api` does not reach the type parameter.
    return await this.produce(node, channel, message as ProduceRequest);
  }

  private async produce(node: number | 'any', channel: Channel, message: ProduceRequest) {
    const refused = message.partitions.filter(() => this.random.next() < this.probability);
    this.refused += refused.length;
    const partitions = message.partitions.filter((partition) => !refused.includes(partition));
    const answer = await this.inner.request(node, channel, 'Produce', { ...message, partitions });
    const refusals = refused.map(({ topic, partition }) => ({
      ...{ topic, partition, errorMessage: null, baseOffset: -1, logStartOffset: -1 },
      errorCode: REFUSALS[Math.floor(this.random.next() * REFUSALS.length)]!,
    }));
    return { partitions: [...answer.partitions, ...refusals] };
  }
}
