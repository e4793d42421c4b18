import { MillraceError } from '../../../util/errors.js';
import { httpError } from './http-error.js';
import { lines } from './text-lines.js';
import { watchEvents, type WatchEvent } from './watch-events.js';

export interface WebClientOptions {
  /** Of the HTTP server, such as `http://localhost:8080`. Default: where the page is from. */
  readonly baseUrl?: string;
  /** Sent as bearer token. */
  readonly token?: string;
  /** Default: the one of the platform. */
  readonly fetch?: typeof fetch;
}

/** Which process and store is meant, and when to give up. */
export interface StoreOptions {
  /** Needed where several applications have a store of that name. */
  readonly application?: string;
  readonly signal?: AbortSignal;
}

/** The keys that are asked for; both ends included. */
export interface KeyRange extends StoreOptions {
  readonly from?: unknown;
  readonly to?: unknown;
  /** What the keys, which are texts, begin with. */
  readonly prefix?: string;
  /** From the last to the first. Default false. */
  readonly reverse?: boolean;
}

export interface WatchOptions extends StoreOptions {
  /** Only this key. */
  readonly key?: unknown;
  /** Only keys, which are texts, that begin so. */
  readonly prefix?: string;
  /** First what the store holds. Default false. */
  readonly snapshot?: boolean;
  /** Go on behind this event's cursor. */
  readonly cursor?: string;
}

/** A row as JSON has it: integers beyond 2^53 and decimals are texts. */
export interface StoreRow<K = unknown, V = unknown> {
  readonly key: K;
  readonly value: V;
  /** ISO 8601; of stores that keep times. */
  readonly timestamp?: string;
}

export interface Page<K = unknown, V = unknown> {
  readonly records: readonly StoreRow<K, V>[];
  /** Asks for the next page; undefined: this was the last. */
  readonly nextPageToken: string | undefined;
}

/** Asks the state of a process over HTTP. Types of keys and values are the caller's word. Rejects with a MillraceError of the code that the process tells. */
export interface WebClient {
  /** The value of a key; undefined: it has none. */
  get<V = unknown>(store: string, key: unknown, options?: StoreOptions): Promise<V | undefined>;
  /** A page of rows. */
  list<K = unknown, V = unknown>(
    store: string,
    options?: KeyRange & { readonly pageSize?: number; readonly pageToken?: string },
  ): Promise<Page<K, V>>;
  /** All rows of a range, read as fast as they are asked for. */
  range<K = unknown, V = unknown>(
    store: string,
    options?: KeyRange & { readonly limit?: number },
  ): AsyncGenerator<StoreRow<K, V>>;
  /** Committed changes, until the loop is left; it fails when the connection does: go on with the last `cursor`. */
  watch<K = unknown, V = unknown>(store: string, options?: WatchOptions): AsyncGenerator<WatchEvent<K, V>>;
  /** A topology's own query: `query('/balance/{wallet_id}', { wallet_id: 'b' })`; undefined: there is no answer. */
  query<A = unknown>(
    path: string,
    input?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<A | undefined>;
}

const SERVICE = 'millrace.query.v1.StateQueryService';

/**
 * A client without dependencies, for browsers.
 *
 *     const client = createWebClient({ baseUrl: 'http://localhost:8080' })
 *     const balance = await client.query<Balance>('/balance/{wallet_id}', { wallet_id: 'b' })
 *     for await (const event of client.watch('balances', { snapshot: true })) …
 */
export function createWebClient(options: WebClientOptions = {}): WebClient {
  const http = new Http(options);
  return {
    async get<V>(store: string, key: unknown, { signal, ...more }: StoreOptions = {}) {
      const answer = await http.post(`${SERVICE}/Get`, { store, key, ...more }, signal);
      const { record } = (await answer.json()) as { readonly record?: { readonly value?: V } }; // as: proto JSON
      return record?.value;
    },
    async list<K, V>(store: string, { signal, ...request }: Parameters<WebClient['list']>[1] = {}) {
      const answer = await http.post(`${SERVICE}/List`, { store, ...request }, signal);
      const { records = [], nextPageToken = '' } = (await answer.json()) as Partial<Page<K, V>>; // as: proto JSON
      return { records, nextPageToken: nextPageToken === '' ? undefined : nextPageToken };
    },
    async *range<K, V>(store: string, { signal, ...request }: Parameters<WebClient['range']>[1] = {}) {
      const { body } = await http.post(`${SERVICE}/Range`, { store, ...request }, signal);
      for await (const line of body === null ? [] : lines(body)) {
        const { records = [] } = JSON.parse(line) as Partial<Page<K, V>>; // as: proto JSON
        yield* records;
      }
    },
    async *watch<K, V>(store: string, { signal, ...asked }: WatchOptions = {}) {
      const { body } = await http.get(`/api/stores/${encodeURIComponent(store)}/watch`, watchQuery(asked), signal);
      if (body !== null) yield* watchEvents<K, V>(body);
    },
    async query<A>(path: string, input: Readonly<Record<string, string>> = {}, signal?: AbortSignal) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(input[name] ?? ''));
      const rest = Object.entries(input).filter(([name]) => !names.includes(name));
      try {
        return (await (await http.get(filled, Object.fromEntries(rest), signal)).json()) as A; // the caller's word
      } catch (error) {
        if (error instanceof MillraceError && error.code === 'NOT_FOUND') return undefined;
        throw error;
      }
    },
  };
}

function watchQuery({ key, snapshot, application, prefix, cursor }: WatchOptions): Record<string, string> {
  return {
    ...(key !== undefined && { key: JSON.stringify(key), json: 'true' }),
    ...(snapshot === true && { snapshot: 'true' }),
    ...(application !== undefined && { application }),
    ...(prefix !== undefined && { prefix }),
    ...(cursor !== undefined && { cursor }),
  };
}

/** Requests to one server. */
class Http {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #fetch: typeof fetch;

  constructor({ baseUrl = '', token, fetch: given = fetch }: WebClientOptions) {
    this.#base = baseUrl.replace(/\/$/, '');
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#fetch = given.bind(globalThis); // a browser's own has to be called as the window's
  }

  get(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<Response> {
    const search = new URLSearchParams(query).toString();
    return this.#send(search === '' ? path : `${path}?${search}`, { headers: this.#headers, signal });
  }

  post(method: string, request: object, signal: AbortSignal | undefined): Promise<Response> {
    const headers = { ...this.#headers, 'content-type': 'application/json' };
    return this.#send(`/api/${method}`, { method: 'POST', headers, body: JSON.stringify(request), signal });
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const response = await this.#fetch(this.#base + path, init);
    if (response.ok) return response;
    throw await httpError(response);
  }
}
