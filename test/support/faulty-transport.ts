import { BrokerUnavailableError } from '../../src/broker/client/errors.js';
import type { ApiName, RequestOf, ResponseOf } from '../../src/broker/client/protocol.js';
import type { BrokerFeatures, Channel, Transport } from '../../src/broker/client/transport.js';
import type { Random } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';

/** How often what goes wrong; each from 0 to 1, per request. */
export interface Faults {
  /** The connection breaks before the request is sent. */
  readonly loseRequest?: number;
  /** The request is carried out, and the connection breaks before its answer. */
  readonly loseAnswer?: number;
  /** The answer comes late, by up to `delayMs` (default 20). */
  readonly delay?: number;
  readonly delayMs?: number;
  /** Requests that faults happen to; default all. */
  readonly only?: readonly ApiName[];
}

/** One (node, channel): requests and answers keep their order, and a break takes all that is under way with it. */
interface Connection {
  epoch: number;
  answers: Promise<unknown>;
}

/** A network that fails as networks do, by a seeded source of chance, until it is healed. */
export class FaultyTransport implements Transport {
  readonly #connections = new Map<string, Connection>();
  #cut = false;
  /** Faults that happened, by kind. */
  readonly counts = { loseRequest: 0, loseAnswer: 0, delay: 0 };

  constructor(
    private readonly inner: Transport,
    private readonly random: Random,
    public faults: Faults,
  ) {}

  /** No more faults. */
  heal(): void {
    this.faults = {};
    this.#cut = false;
  }

  /** Nothing gets through any more, in either direction. */
  cut(): void {
    this.#cut = true;
    for (const connection of this.#connections.values()) connection.epoch++;
  }

  connect(): Promise<void> {
    return this.#cut ? Promise.reject(broken()) : this.inner.connect();
  }

  features(): BrokerFeatures {
    return this.inner.features();
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  request<A extends ApiName>(
    node: number | 'any',
    channel: Channel,
    api: A,
    message: RequestOf<A>,
    options?: { readonly timeoutMs?: number },
  ): Promise<ResponseOf<A>> {
    const connection = this.#connection(node, channel);
    if (this.#cut || this.#happens('loseRequest', api)) {
      connection.epoch++;
      return Promise.reject(broken());
    }
    const epoch = connection.epoch;
    const before = connection.answers;
    const answer = this.#answer(
      connection,
      epoch,
      before,
      api,
      this.inner.request(node, channel, api, message, options),
    );
    connection.answers = answer.catch(() => undefined);
    return answer;
  }

  async #answer<A extends ApiName>(
    connection: Connection,
    epoch: number,
    before: Promise<unknown>,
    api: A,
    carriedOut: Promise<ResponseOf<A>>,
  ): Promise<ResponseOf<A>> {
    const response = await carriedOut;
    await before;
    if (this.#happens('delay', api)) await systemClock.sleep(this.random.next() * (this.faults.delayMs ?? 20));
    if (connection.epoch === epoch && this.#happens('loseAnswer', api)) connection.epoch++;
    if (connection.epoch !== epoch) throw broken();
    return response;
  }

  #happens(kind: 'loseRequest' | 'loseAnswer' | 'delay', api: ApiName): boolean {
    const { only } = this.faults;
    if (only && !only.includes(api)) return false;
    const happens = this.random.next() < (this.faults[kind] ?? 0);
    if (happens) this.counts[kind]++;
    return happens;
  }

  #connection(node: number | 'any', channel: Channel): Connection {
    const name = `${node}/${channel}`;
    let connection = this.#connections.get(name);
    if (!connection) {
      connection = { epoch: 0, answers: Promise.resolve() };
      this.#connections.set(name, connection);
    }
    return connection;
  }
}

function broken(): BrokerUnavailableError {
  return new BrokerUnavailableError('the connection broke');
}
