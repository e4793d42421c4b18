import type { Call } from '../../query/call.js';
import { QUERY_NAMES, STREAMS, type Queries, type QueryName } from '../../query/query-methods.js';
import { fromSentError, type ToQueryThread, type ToStreamThread } from './thread-messages.js';

interface Waiting {
  resolve(message: IteratorResult<unknown, undefined>): void;
  reject(error: unknown): void;
}

/** The stream thread's queries, called from the query thread. */
export class ForwardedQueries {
  readonly queries: Queries;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(private readonly send: (message: ToStreamThread) => void) {
    const forwarded = QUERY_NAMES.map((name) => {
      const query: unknown = STREAMS.has(name) ? this.#stream(name) : this.#unary(name);
      return [name, query] as const;
    });
    this.queries = Object.fromEntries(forwarded) as unknown as Queries; // every name, answered by the thread that has them
  }

  /** Takes what answers a call; gives whether it did. */
  take(message: ToQueryThread): boolean {
    if (message.type !== 'message' && message.type !== 'end' && message.type !== 'error') return false;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'message') waiting?.resolve({ done: false, value: message.message });
    else if (message.type === 'end') waiting?.resolve({ done: true, value: undefined });
    else waiting?.reject(fromSentError(message.error));
    return true;
  }

  #unary(query: QueryName) {
    return async (request: unknown, call?: Call): Promise<unknown> => {
      for await (const message of this.#stream(query)(request, call)) return message;
      return undefined;
    };
  }

  #stream(query: QueryName) {
    const stream = async function* (this: ForwardedQueries, request: unknown, call?: Call): AsyncGenerator {
      const id = ++this.#lastId;
      this.send({ type: 'call', id, query, request, call: call && { deadlineMs: call.deadlineMs, hop: call.hop } });
      let ended = false;
      try {
        for (;;) {
          const next = await this.#pull(id);
          ended = next.done ?? false;
          if (next.done) return;
          yield next.value;
        }
      } finally {
        if (!ended) this.send({ type: 'cancel', id });
      }
    };
    return stream.bind(this);
  }

  #pull(id: number): Promise<IteratorResult<unknown, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.send({ type: 'pull', id });
    });
  }
}
