import type { ApiName, RequestOf, ResponseOf } from '../../../src/broker/client/protocol.js';
import type { BrokerFeatures, Channel, Transport } from '../../../src/broker/client/transport.js';

/** A transport on which the requests of one channel wait until `gate` resolves. */
export class GatedTransport implements Transport {
  constructor(
    private readonly inner: Transport,
    private readonly gated: Channel,
    private readonly gate: Promise<void>,
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
    if (channel === this.gated) await this.gate;
    return this.inner.request(node, channel, api, message, options);
  }
}
