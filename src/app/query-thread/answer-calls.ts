import type { Call } from '../../query/call.js';
import { isStream, toSentError, type AnswerMessage, type CallMessage, type ThreadCalls } from './thread-messages.js';

type Started = Extract<CallMessage, { type: 'call' }>;

interface OpenCall {
  readonly messages: AsyncIterator<unknown>;
  readonly cancelled: AbortController;
}

/** Answers, in the thread that can, the calls of the other one: a message for each pull. */
export class CallAnswerer {
  readonly #calls = new Map<number, OpenCall>();

  /** @param calls those that are called */
  constructor(
    private readonly calls: Partial<ThreadCalls>,
    private readonly send: (message: AnswerMessage) => void,
  ) {}

  /** Takes what concerns a call; gives whether it did. */
  take(message: CallMessage | { readonly type: string }): boolean {
    if (!isCall(message)) return false;
    if (message.type === 'call') {
      const cancelled = new AbortController();
      this.#calls.set(message.id, { messages: messagesOf(this.calls, message, cancelled.signal), cancelled });
    } else if (message.type === 'pull') void this.#pull(message.id);
    else this.#cancel(message.id);
    return true;
  }

  #cancel(id: number): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    call?.cancelled.abort();
    void call?.messages.return?.();
  }

  async #pull(id: number): Promise<void> {
    try {
      const next = await this.#calls.get(id)?.messages.next();
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

function isCall(message: { readonly type: string }): message is CallMessage {
  return message.type === 'call' || message.type === 'pull' || message.type === 'cancel';
}

async function* messagesOf(
  calls: Partial<ThreadCalls>,
  { name, request, call }: Started,
  signal: AbortSignal,
): AsyncGenerator {
  // The other thread sends each call the request of its type, and calls what is here.
  const answer = (calls[name] as (request: unknown, call: Call) => unknown)(request, { ...call, signal });
  if (isStream(name)) yield* answer as AsyncIterable<unknown>;
  else yield await answer;
}
