import type { Logger } from '../../observability/log.js';
import { internal, messageOf } from '../../util/errors.js';
import type { Random } from '../../util/random.js';
import type { Clock } from '../../util/time.js';
import { BrokerUnavailableError } from '../client/errors.js';
import type { ApiName, RequestOf, ResponseOf } from '../client/protocol.js';
import type { Channel, Transport } from '../client/transport.js';
import { BrokerConnection } from './broker-connection.js';
import { ClusterAddresses, parseAddresses } from './cluster-addresses.js';
import type { SaslOptions, SslOptions } from './kafkajs-internals.js';
import { KafkaFeatures } from './kafka-features.js';
import type { RequestCodec } from './request-codec.js';
import { requestCodecs } from './request-codecs.js';
import { frameApiVersions, frameRequest } from './request-frame.js';
import { API_VERSIONS_KEY, API_VERSIONS_VERSION } from './requests/api-versions.js';
import type { Coordinator } from './requests/find-coordinator.js';
import { WireReader } from './wire-reader.js';

export interface KafkaTransportOptions {
  /** Bootstrap servers, `host:port`; tried in this order. */
  readonly brokers: readonly string[];
  /** Names this client in the broker's logs, metrics and quotas. */
  readonly clientId: string;
  /** Default: no TLS. */
  readonly ssl?: SslOptions;
  readonly sasl?: SaslOptions;
  /** Time a request may take, connecting included, unless it says otherwise; default 30,000 ms. */
  readonly requestTimeoutMs?: number;
  /** Most that one attempt to connect may take; default 5,000 ms. */
  readonly connectTimeoutMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * Speaks Kafka's protocol to a cluster: one connection per (node, channel), opened at its first request.
 * @throws MillraceError `INVALID_BROKER_ADDRESS`
 */
export function createKafkaTransport(options: KafkaTransportOptions): Transport {
  return new KafkaTransport(options);
}

const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;

class KafkaTransport implements Transport {
  private readonly options: KafkaTransportOptions;
  private readonly requestTimeoutMs: number;
  private readonly addresses: ClusterAddresses;
  private readonly connections = new Map<string, BrokerConnection>();
  private known: KafkaFeatures | undefined;
  private closed: Error | undefined;

  constructor(options: KafkaTransportOptions) {
    this.options = options;
    this.requestTimeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
    this.addresses = new ClusterAddresses(parseAddresses(options.brokers), (node) => {
      this.dropNode(node);
    });
  }

  async connect(): Promise<void> {
    await this.ask();
    for (const api of ['Metadata', 'Fetch', 'Produce'] as const) this.features().requireVersion(api);
  }

  features(): KafkaFeatures {
    if (this.known) return this.known;
    throw internal('TRANSPORT_NOT_CONNECTED', 'The transport was used before connect() had succeeded');
  }

  // No promise but the one given back: an encoding error is thrown, and so rejects, before anything is sent.
  request<A extends ApiName>(
    node: number | 'any',
    channel: Channel,
    api: A,
    message: RequestOf<A>,
    options?: { readonly timeoutMs?: number },
  ): Promise<ResponseOf<A>> {
    return new Promise<ResponseOf<A>>((resolve, reject) => {
      const codec: RequestCodec<A> = requestCodecs[api];
      const version = this.features().requireVersion(api);
      const unanswered = codec.unanswered?.(message);
      this.connection(node, channel).send({
        frame: frameRequest(codec, version, this.options.clientId, message),
        name: api,
        apiKey: codec.apiKey,
        version,
        expectsResponse: unanswered === undefined,
        timeoutMs: options?.timeoutMs ?? this.requestTimeoutMs,
        failed: reject,
        done: (payload) => {
          // Runs inside the socket's data event, where a throw would end the process.
          try {
            resolve(unanswered ?? this.decode(api, codec, payload, version, message));
          } catch (cause) {
            reject(undecodable(api, version, cause));
          }
        },
      });
    });
  }

  close(): Promise<void> {
    this.closed ??= new BrokerUnavailableError('The transport is closed');
    for (const connection of this.connections.values()) connection.close(this.closed);
    this.connections.clear();
    return Promise.resolve();
  }

  /** Any request makes a connection, and with it the handshake that `features` comes from. */
  private ask(): Promise<Buffer> {
    return new Promise((done, failed) => {
      this.connection('any', 'admin').send({
        frame: frameApiVersions(this.options.clientId),
        name: 'ApiVersions',
        apiKey: API_VERSIONS_KEY,
        version: API_VERSIONS_VERSION,
        expectsResponse: true,
        timeoutMs: this.requestTimeoutMs,
        done,
        failed,
      });
    });
  }

  private decode<A extends ApiName>(
    api: A,
    codec: RequestCodec<A>,
    payload: Buffer,
    version: number,
    request: RequestOf<A>,
  ): ResponseOf<A> {
    const reader = new WireReader(payload);
    reader.endStruct();
    const response = codec.decode(reader, version, request);
    this.learn(api, response);
    return response;
  }

  private learn(api: ApiName, response: ResponseOf<ApiName>): void {
    // The name decides the type of the response.
    if (api === 'Metadata') this.addresses.learn((response as ResponseOf<'Metadata'>).brokers);
    if (api !== 'FindCoordinator') return;
    const coordinator = response as Coordinator;
    if (coordinator.errorCode === 0) this.addresses.learn([coordinator]);
  }

  private connection(node: number | 'any', channel: Channel): BrokerConnection {
    if (this.closed) throw this.closed;
    const key = `${node}/${channel}`;
    let connection = this.connections.get(key);
    if (!connection) {
      connection = this.newConnection(node, channel);
      this.connections.set(key, connection);
    }
    return connection;
  }

  private newConnection(node: number | 'any', channel: Channel): BrokerConnection {
    const { clientId, ssl = false, sasl, connectTimeoutMs, clock, random, log } = this.options;
    return new BrokerConnection({
      clientId,
      ssl,
      sasl,
      connectTimeoutMs: connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      clock,
      random,
      peer: node === 'any' ? 'any bootstrap server' : `broker ${node}`,
      log: log.child({ node, channel }),
      addresses: () => this.addresses.of(node),
      onHandshake: (handshake) => {
        this.known ??= new KafkaFeatures(handshake);
      },
    });
  }

  private dropNode(node: number): void {
    const moved = new BrokerUnavailableError(`Broker ${node} has moved to another address`);
    for (const [key, connection] of this.connections) if (key.startsWith(`${node}/`)) connection.drop(moved);
  }
}

function undecodable(api: ApiName, version: number, cause: unknown): Error {
  if (cause instanceof Error && 'code' in cause && cause.code === 'RESPONSE_TOO_SHORT') return cause;
  return internal('RESPONSE_UNREADABLE', `The answer to ${api} ${version} cannot be read: ${messageOf(cause)}`);
}
