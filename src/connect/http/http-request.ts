import { SinkUnavailableError } from '../../topology/sink.js';
import { invalid, messageOf, MillraceError } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import { retryAfterMs } from './retry-after.js';

export interface HttpRequestOptions {
  readonly url: string;
  readonly method: string;
  readonly headers: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  readonly idempotencyHeader: string;
  readonly timeoutMs: number;
  readonly send: typeof fetch;
}

/** Answers that another try may mend: time-outs, too many requests, and credentials that are renewed. */
const TRY_AGAIN: ReadonlySet<number> = new Set([401, 403, 407, 408, 425, 429]);
/** As much of an answer as goes into an error. */
const SHOWN_CHARACTERS = 200;

/**
 * Sends JSON. Resolves to undefined when the server has taken it, and to the reason when it never will.
 * @throws SinkUnavailableError when it is to be tried again
 * @throws MillraceError `HTTP_REDIRECTED`
 */
export async function sendJson(
  json: string,
  id: string,
  options: HttpRequestOptions,
  clock: Clock,
): Promise<MillraceError | undefined> {
  const { status, text, retryAfter } = await exchange(json, id, options, clock);
  if (status >= 200 && status < 300) return undefined;
  const message = `${options.url} has answered ${status}: ${text.slice(0, SHOWN_CHARACTERS)}`;
  if (status < 400) {
    throw invalid('HTTP_REDIRECTED', message, { hint: 'Give the sink the `url` to which the server redirects.' });
  }
  if (status >= 500 || TRY_AGAIN.has(status)) {
    throw new SinkUnavailableError(message, { retryAfterMs: retryAfterMs(retryAfter, clock.nowMs()) });
  }
  const hint = 'Mend what `body` makes of the record, or filter such records.';
  return new MillraceError({ code: 'HTTP_RECORD_REFUSED', kind: 'data', message, hint });
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

async function exchange(
  json: string,
  id: string,
  { url, method, headers, idempotencyHeader, timeoutMs, send }: HttpRequestOptions,
  clock: Clock,
): Promise<Answer> {
  const timeout = new AbortController();
  const cancel = clock.schedule(timeoutMs, () => {
    timeout.abort(new SinkUnavailableError(`${url} has not answered within ${timeoutMs} ms`));
  });
  try {
    const own = { 'content-type': 'application/json', [idempotencyHeader]: id };
    // A redirect that is followed may turn a POST into a GET, which is answered and does nothing
    const response = await send(url, {
      method,
      body: json,
      headers: { ...own, ...(await headers()) },
      redirect: 'manual',
      signal: timeout.signal,
    });
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, text: await response.text(), retryAfter };
  } catch (cause) {
    if (!isNetworkFailure(cause)) throw cause;
    throw new SinkUnavailableError(`${url} does not answer: ${messageOf(cause)}`, { cause });
  } finally {
    cancel();
  }
}

/** What `fetch` throws when there is no answer, whatever the reason. */
function isNetworkFailure(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError';
}
