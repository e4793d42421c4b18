import type { ApiName, RequestOf, ResponseOf } from '../../../src/broker/client/protocol.js';
import type { BrokerFeatures, Channel, Transport } from '../../../src/broker/client/transport.js';

/** Changes the answers of one request on their way; `undefined` lets an answer through as it is. */
export class TamperingTransport<T extends ApiName> implements Transport {
  constructor(
    private readonly inner: Transport,
    private readonly tampered: T,
    private readonly tamper: (request: RequestOf<T>) => ResponseOf<T> | undefined,
    private readonly change: (answer: ResponseOf<T>) => ResponseOf<T> = (answer) => answer,
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
    const [asked, tampered]: ApiName[] = [api, this.tampered];
    if (asked !== tampered) return this.inner.request(node, channel, api, message, options);
    // `api` is the tampered request here, which the compiler cannot see.
    const made = this.tamper(message);
    if (made !== undefined) return made;
    const answer = await this.inner.request(node, channel, api, message, options);
    return this.change(answer);
  }
}
