import { BrokerUnavailableError } from '../../broker/client/errors.js';
import type { ApiName, RequestOf, ResponseOf } from '../../broker/client/protocol.js';
import type { Channel, Transport } from '../../broker/client/transport.js';
import { ownedRequest } from '../../broker/embedded/owned-request.js';
import type { BrokerHost, BrokerPeer, Link } from './simulated-network.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { SimulatedWorld } from './simulated-world.js';

/** How long an answer may take where the caller does not say. */
const DEFAULT_TIMEOUT_MS = 30_000;
/** Keeps messages of one direction apart, so that their order is certain. */
const GAP_MS = 1e-6;

/** Requests of which a second copy changes nothing for who sends them, as the protocol has it. */
const REPEATABLE: ReadonlySet<ApiName> = new Set<ApiName>([
  'Produce',
  'TxnOffsetCommit',
  'EndTxn',
  'AddPartitionsToTxn',
  'AddOffsetsToTxn',
  'Heartbeat',
  'OffsetCommit',
  'DeleteRecords',
]);

export interface ConnectionParts {
  readonly world: SimulatedWorld;
  readonly broker: BrokerHost;
  readonly process: SimulatedProcess;
  readonly link: Link;
  readonly channel: Channel;
}

/**
 * One connection. Requests arrive in their order and so do answers; a break takes the answers of all that is under way, and
 * of the requests some that were sent before it arrive all the same.
 */
export class SimulatedConnection {
  broken = false;
  readonly #parts: ConnectionParts;
  readonly #waiting = new Set<(reason: BrokerUnavailableError) => void>();
  #peer: BrokerPeer | undefined;
  #lastRequestAt = 0;
  #lastAnswerAt = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    parts.link.connections.add(this);
  }

  request<A extends ApiName>(api: A, message: RequestOf<A>, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<ResponseOf<A>> {
    const { process } = this.#parts;
    const owned = ownedRequest(api, message);
    return new Promise((resolve, reject) => {
      const settled = (): void => {
        this.#waiting.delete(fail);
        cancel();
      };
      const fail = (reason: BrokerUnavailableError): void => {
        settled();
        reject(reason);
      };
      const cancel = process.schedule(timeoutMs, `gives up on ${api}`, () => {
        this.break(`no answer to ${api} within ${timeoutMs} ms`);
      });
      this.#waiting.add(fail);
      this.#send(api, owned, (answer) => {
        settled();
        resolve(answer);
      });
    });
  }

  /** Rejects all that is under way. */
  break(reason: string): void {
    if (this.broken) return;
    this.broken = true;
    this.#parts.link.connections.delete(this);
    for (const reject of [...this.#waiting]) reject(new BrokerUnavailableError(reason));
  }

  #send<A extends ApiName>(api: A, message: RequestOf<A>, answered: (answer: ResponseOf<A>) => void): void {
    const { world, link, process } = this.#parts;
    link.watch?.(api, 'sent');
    this.#lastRequestAt = Math.max(this.#lastRequestAt + GAP_MS, world.nowMs + link.latencyMs());
    world.schedule(undefined, this.#lastRequestAt - world.nowMs, `${process.name} > ${api}`, () => {
      link.pass('to broker', () => {
        this.#arrive(api, message, answered);
      });
    });
  }

  #arrive<A extends ApiName>(api: A, message: RequestOf<A>, answered: (answer: ResponseOf<A>) => void): void {
    const { link, broker } = this.#parts;
    if (this.broken && link.random.next() < 0.5) return;
    if (!this.broken && link.happens('loseRequest')) {
      this.#breakBeside('the connection broke before the request arrived');
      return;
    }
    this.#peer ??= broker.accept();
    if (this.#peer === undefined || this.#peer.process.state === 'crashed') {
      this.#breakBeside('the broker is down');
      return;
    }
    const diverted = broker.divert(api, message);
    if (diverted !== undefined) {
      this.#answer(api, diverted, answered);
      return;
    }
    const { transport } = this.#peer;
    this.#forward(transport, api, message, answered);
    link.watch?.(api, 'arrived');
    if (REPEATABLE.has(api) && link.happens('repeatRequest')) this.#forward(transport, api, message, () => undefined);
  }

  #forward<A extends ApiName>(
    transport: Transport,
    api: A,
    message: RequestOf<A>,
    answered: (answer: ResponseOf<A>) => void,
  ): void {
    transport.request('any', this.#parts.channel, api, message).then(
      (answer) => {
        this.#answer(api, answer, answered);
      },
      () => {
        this.#breakBeside('the broker went away');
      },
    );
  }

  #answer<A extends ApiName>(api: A, answer: ResponseOf<A>, answered: (answer: ResponseOf<A>) => void): void {
    const { world, link, process } = this.#parts;
    if (this.broken) return;
    if (link.happens('loseAnswer')) {
      this.#breakBeside('the connection broke before the answer arrived');
      return;
    }
    this.#lastAnswerAt = Math.max(this.#lastAnswerAt + GAP_MS, world.nowMs + link.latencyMs());
    world.schedule(undefined, this.#lastAnswerAt - world.nowMs, `${process.name} < ${api}`, () => {
      link.pass('from broker', () => {
        process.schedule(0, `has the answer to ${api}`, () => {
          if (this.broken) return;
          answered(answer);
          link.watch?.(api, 'answered');
        });
      });
    });
  }

  /** The client learns of a break when it next runs. */
  #breakBeside(reason: string): void {
    this.#parts.process.schedule(0, reason, () => {
      this.break(reason);
    });
  }
}
