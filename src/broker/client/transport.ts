import type { ApiName, RequestOf, ResponseOf } from './protocol.js';

/**
 * A broker serves one connection one request at a time, so what may wait never shares a connection with what must not.
 * A transport keeps one connection per (node, channel).
 */
export type Channel = 'fetch' | 'restore' | 'produce' | 'membership' | 'heartbeat' | 'transaction' | 'admin';

/** What the cluster can do; read once at {@link Transport.connect}. */
export interface BrokerFeatures {
  /** Finalized `transaction.version`: 2 is KIP-890's protocol, below it the older one. */
  readonly transactionVersion: number;
  /** Highest version of each request that both sides know; -1 when the broker lacks it. */
  version(api: ApiName): number;
}

/**
 * The one seam between the client and a broker. Requests on one (node, channel) are sent, and answered, in the order of
 * the calls; several may be in flight.
 */
export interface Transport {
  /**
   * Connects to the first bootstrap server that answers.
   * @throws BrokerUnavailableError when none does
   */
  connect(): Promise<void>;
  features(): BrokerFeatures;
  /**
   * Sends one request and gives its answer. `node` is a node id of the last Metadata answer, or 'any' for a bootstrap
   * server. Encoding happens before the call returns, so buffers may be reused afterwards.
   * @throws BrokerUnavailableError when no answer came (not connected, connection lost, time-out); whether the request
   *   was carried out is then unknown
   */
  request<A extends ApiName>(
    node: number | 'any',
    channel: Channel,
    api: A,
    message: RequestOf<A>,
    options?: { readonly timeoutMs?: number },
  ): Promise<ResponseOf<A>>;
  /** Ends every connection; requests under way are rejected. Closing twice does nothing. */
  close(): Promise<void>;
}
