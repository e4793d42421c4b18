import type { Call } from '../../query/call.js';
import { STREAMS, type Queries, type QueryName } from '../../query/query-methods.js';
import { toSentError, type SentCall, type ToQueryThread, type ToStreamThread } from './thread-messages.js';

/** Answers, on the stream thread, the calls that the query thread cannot answer by itself: a message for each pull. */
export class CallAnswerer {
  readonly #calls = new Map<number, AsyncIterator<unknown>>();

  constructor(
    private readonly queries: Queries,
    private readonly send: (message: ToQueryThread) => void,
  ) {}

  /** Takes what concerns a call; gives whether it did. */
  take(message: ToStreamThread): boolean {
    switch (message.type) {
      case 'call':
        this.#calls.set(message.id, messagesOf(this.queries, message.query, message.request, message.call));
        return true;
      case 'pull':
        void this.#pull(message.id);
        return true;
      case 'cancel':
        void this.#calls.get(message.id)?.return?.();
        this.#calls.delete(message.id);
        return true;
      default:
        return false;
    }
  }

  async #pull(id: number): Promise<void> {
    try {
      const next = await this.#calls.get(id)?.next();
      if (next && !next.done) {
        this.send({ type: 'message', id, message: next.value });
        return;
      }
      this.send({ type: 'end', id });
    } catch (error) {
      this.send({ type: 'error', id, error: toSentError(error) });
    }
    this.#calls.delete(id);
  }
}

async function* messagesOf(
  queries: Queries,
  query: QueryName,
  request: unknown,
  call: SentCall | undefined,
): AsyncGenerator {
  // The query thread sends each query the request of its type.
  const answer = (queries[query] as (request: unknown, call?: Call) => unknown)(request, call);
  if (STREAMS.has(query)) yield* answer as AsyncIterable<unknown>;
  else yield await answer;
}
