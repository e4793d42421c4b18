import type { Call } from '../../query/call.js';
import { storeUnavailableError } from '../../query/query-errors.js';
import { CALL_NAMES, fromSentError, isStream } from './thread-messages.js';
import type { AnswerMessage, CallMessage, CallName, ThreadCalls } from './thread-messages.js';

interface Waiting {
  resolve(message: IteratorResult<unknown, undefined>): void;
  reject(error: unknown): void;
}

/** What the other thread of the process can be asked: its queries, and what else it has. */
export class ForwardedQueries {
  readonly queries: ThreadCalls;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(private readonly send: (message: CallMessage) => void) {
    const forwarded = CALL_NAMES.map((name) => {
      const call: unknown = isStream(name) ? this.#stream(name) : this.#unary(name);
      return [name, call] as const;
    });
    this.queries = Object.fromEntries(forwarded) as unknown as ThreadCalls; // every name, answered by the thread that has them
  }

  /** Takes what answers a call; gives whether it did. */
  take(message: AnswerMessage | { readonly type: string }): boolean {
    if (!isAnswer(message)) return false;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'message') waiting?.resolve({ done: false, value: message.message });
    else if (message.type === 'end') waiting?.resolve({ done: true, value: undefined });
    else waiting?.reject(fromSentError(message.error));
    return true;
  }

  /** @throws MillraceError `NOT_ACTIVE` when the signal is aborted before there is an answer */
  #unary(name: CallName) {
    return async (request: unknown, call?: Call): Promise<unknown> => {
      for await (const message of this.#stream(name)(request, call)) return message;
      throw storeUnavailableError('NOT_ACTIVE', '', 'the query was given up before it was answered');
    };
  }

  #stream(name: CallName) {
    const stream = async function* (this: ForwardedQueries, request: unknown, call: Call = {}): AsyncGenerator {
      const id = ++this.#lastId;
      const { signal, ...sent } = call;
      this.send({ type: 'call', id, name, request, call: sent });
      let ended = false;
      const aborted = (): boolean => signal?.aborted ?? false;
      const abort = (): void => {
        this.#waiting.get(id)?.resolve({ done: true, value: undefined });
      };
      signal?.addEventListener('abort', abort, { once: true });
      try {
        while (!aborted()) {
          const next = await this.#pull(id);
          ended = next.done === true && !aborted();
          if (next.done) return;
          yield next.value;
        }
      } finally {
        signal?.removeEventListener('abort', abort);
        this.#waiting.delete(id);
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

function isAnswer(message: { readonly type: string }): message is AnswerMessage {
  return message.type === 'message' || message.type === 'end' || message.type === 'error';
}
