import { BrokerUnavailableError } from '../client/errors.js';
import type { ApiName, RequestOf, ResponseOf } from '../client/protocol.js';
import type { BrokerFeatures, Channel, Transport } from '../client/transport.js';
import { ownedRequest } from './owned-request.js';
import type { RequestDispatch } from './request-dispatch.js';
import { NODE_ID } from './topic-requests.js';

/** One client's way to the embedded broker: a queue per (node, channel), served one request at a time. */
export class EmbeddedTransport implements Transport {
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #rejections = new Set<(reason: BrokerUnavailableError) => void>();
  #closed = false;

  constructor(
    private readonly dispatch: RequestDispatch,
    private readonly onClose: (transport: EmbeddedTransport) => void,
  ) {}

  connect(): Promise<void> {
    return this.#closed ? Promise.reject(closedError()) : Promise.resolve();
  }

  features(): BrokerFeatures {
    return this.dispatch.features;
  }

  request<A extends ApiName>(
    node: number | 'any',
    channel: Channel,
    api: A,
    message: RequestOf<A>,
    options?: { readonly timeoutMs?: number },
  ): Promise<ResponseOf<A>> {
    if (this.#closed) return Promise.reject(closedError());
    if (node !== 'any' && node !== NODE_ID) {
      return Promise.reject(
        new BrokerUnavailableError(`the embedded broker has no node ${node}`, { hint: 'Ask for Metadata again.' }),
      );
    }
    const owned = ownedRequest(api, message);
    const queue = `${node}/${channel}`;
    const before = this.#queues.get(queue) ?? Promise.resolve();
    const answer = before.then(() => this.dispatch.handle(api, owned));
    this.#queues.set(
      queue,
      answer.catch(() => undefined),
    );
    return this.#untilClosed(answer, api, options?.timeoutMs);
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    for (const reject of [...this.#rejections]) reject(closedError());
    this.onClose(this);
    return Promise.resolve();
  }

  #untilClosed<T>(answer: Promise<T>, api: ApiName, timeoutMs: number | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      let cancel: (() => void) | undefined;
      const settled = (): void => {
        this.#rejections.delete(refuse);
        cancel?.();
      };
      const refuse = (reason: BrokerUnavailableError): void => {
        settled();
        reject(reason);
      };
      this.#rejections.add(refuse);
      if (timeoutMs !== undefined) {
        cancel = this.dispatch.clock.schedule(timeoutMs, () => {
          refuse(new BrokerUnavailableError(`no answer to ${api} within ${timeoutMs} ms`));
        });
      }
      answer.then(
        (response) => {
          settled();
          resolve(response);
        },
        (error: unknown) => {
          settled();
          reject(error instanceof Error ? error : new BrokerUnavailableError(String(error)));
        },
      );
    });
  }
}

function closedError(): BrokerUnavailableError {
  return new BrokerUnavailableError('the connection to the embedded broker is closed');
}
