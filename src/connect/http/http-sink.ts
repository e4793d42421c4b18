import type { Sink, SinkBatching, SinkContext, SinkRecord, SinkRetry, SinkWriter } from '../../topology/sink.js';
import { invalid } from '../../util/errors.js';
import { toMillis, type Duration } from '../../util/time.js';
import { HttpWriter } from './http-writer.js';

/** Headers, by name. */
export type HttpHeaders = Readonly<Record<string, string>>;

export interface HttpSinkOptions<K, V> {
  /** Where requests go: `http:` or `https:`. */
  readonly url: string;
  /** Default `POST`. */
  readonly method?: 'POST' | 'PUT' | 'PATCH';
  /**
   * What is sent of a record, as JSON. Default: `{ id, key, value, timestamp }`.
   * @param id the record's own, the same whenever it is sent again
   */
  readonly body?: (record: SinkRecord<K, V>, id: string) => unknown;
  /** `record`: a request for each. `batch`: a JSON array of as many as `batching` gathers. Default `record`. */
  readonly per?: 'record' | 'batch';
  /** Headers of every request; a function is called for each, and may wait for a token. */
  readonly headers?: HttpHeaders | (() => HttpHeaders | Promise<HttpHeaders>);
  /** The header with the record's id; of a batch it is that of its first, and the offset of its last. Default `Idempotency-Key`. */
  readonly idempotencyHeader?: string;
  /** How long an answer may take. Default `'10s'`. */
  readonly timeout?: Duration;
  readonly batching?: SinkBatching;
  readonly retry?: SinkRetry;
  /** Sends a request. Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/**
 * Sends every record, tombstones too, to an HTTP server as JSON, in the order of each partition, at least once. Each has an
 * id, in a header and in the body, by which the server knows what it has taken before.
 *
 *     payments.toSink('ledger', httpSink({
 *       url: 'https://ledger.example/payments',
 *       body: ({ key, value }) => ({ account: key, ...value }),
 *       headers: async () => ({ authorization: `Bearer ${await tokens.current()}` }),
 *     }))
 *
 * Answers of 2xx take a record. One of 408, 425, 429 or 5xx, of 401, 403 or 407, and none at all, are tried again, not before
 * `Retry-After`. All other 4xx refuse the record, which meets the production policy of the topology; in a batch it is found
 * by halving.
 * @throws MillraceError `HTTP_URL_INVALID`; when it writes, `HTTP_REDIRECTED`
 */
export function httpSink<K, V>(options: HttpSinkOptions<K, V>): Sink<K, V> {
  const { batching, retry, body = wholeRecord, headers = {}, timeout = '10s', per = 'record' } = options;
  const url = checkedUrl(options.url);
  const request = {
    url,
    method: options.method ?? 'POST',
    headers: typeof headers === 'function' ? headers : () => headers,
    idempotencyHeader: options.idempotencyHeader ?? 'Idempotency-Key',
    timeoutMs: toMillis(timeout),
    send: options.fetch ?? fetch,
  };
  return {
    kind: 'http',
    guarantee: 'idempotent',
    ...(batching && { batching }),
    ...(retry && { retry }),
    open: (context: SinkContext): Promise<SinkWriter<K, V>> =>
      Promise.resolve(new HttpWriter({ request, body, together: per === 'batch', context })),
  };
}

function wholeRecord({ key, value, timestamp }: SinkRecord, id: string): unknown {
  return { id, key: key as unknown, value: value as unknown, timestamp };
}

function checkedUrl(given: string): string {
  if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) return given;
  throw invalid('HTTP_URL_INVALID', `"${given}" is not the address of an HTTP server`, {
    hint: 'Give the sink a `url` that begins with http:// or https://.',
  });
}
