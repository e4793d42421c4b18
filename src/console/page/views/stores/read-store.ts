import { call, callStreaming } from '../../api/client.js';
import type { Json, RecordMessage, StoreMessage, WindowMessage } from '../../api/messages.js';
import { keyFrom } from '../../parts/json-text.js';
import { recordRow, versionRow, windowRow, type StoreRow } from './store-row.js';

/** What is looked for in a store. Empty: everything. */
export interface StoreSearch {
  readonly key: string;
  /** Key-value stores only: keys that begin so. */
  readonly prefix: string;
  /** ISO 8601. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Rows, and where the next ones are; undefined: these are all. */
export interface StorePage {
  readonly rows: readonly StoreRow[];
  readonly next: string | undefined;
}

const PAGE_SIZE = 100;

/**
 * One page of a store.
 * @param next of the page before; undefined: the first page
 * @throws ApiError
 */
export function readStore(
  store: StoreMessage,
  search: StoreSearch,
  next: string | undefined,
  signal: AbortSignal,
): Promise<StorePage> {
  const named = { application: store.application, store: store.name };
  const key = search.key === '' ? undefined : keyFrom(search.key, store.keySerde);
  if (store.kind === 'STORE_KIND_WINDOW') return readWindows('FetchWindows', named, key, search, next, signal);
  if (store.kind === 'STORE_KIND_SESSION') return readWindows('FetchSessions', named, key, search, next, signal);
  if (key === undefined) return list(named, search.prefix, next, signal);
  return store.kind === 'STORE_KIND_VERSIONED' ? readVersions(named, key, search, signal) : get(named, key, signal);
}

type Named = Readonly<Record<'application' | 'store', string | undefined>>;

async function get(named: Named, key: Json, signal: AbortSignal): Promise<StorePage> {
  const { record } = await call<{ record?: RecordMessage }>('StateQueryService/Get', { ...named, key }, signal);
  return { rows: record ? [recordRow({ key, ...record })] : [], next: undefined };
}

async function list(
  named: Named,
  prefix: string,
  pageToken: string | undefined,
  signal: AbortSignal,
): Promise<StorePage> {
  const message = { ...named, pageSize: PAGE_SIZE, ...(prefix === '' ? {} : { prefix }), ...(pageToken === undefined ? {} : { pageToken }) }; // prettier-ignore
  const answer = await call<{ records?: RecordMessage[]; nextPageToken?: string }>(
    'StateQueryService/List',
    message,
    signal,
  );
  return { rows: answer.records?.map(recordRow) ?? [], next: answer.nextPageToken };
}

/** Windows have no page tokens: a further page is a longer answer. The newest come first where the key is known. */
async function readWindows(
  method: 'FetchWindows' | 'FetchSessions',
  named: Named,
  key: Json | undefined,
  { from, to }: StoreSearch,
  next: string | undefined,
  signal: AbortSignal,
): Promise<StorePage> {
  const limit = Number(next ?? PAGE_SIZE);
  const newestFirst = method === 'FetchWindows' && key !== undefined ? { reverse: true } : {};
  const message = { ...named, key, timeFrom: from, timeTo: to, limit, ...newestFirst };
  const rows: StoreRow[] = [];
  for await (const answer of callStreaming<WindowsAnswer>(`StateQueryService/${method}`, message, signal)) {
    rows.push(...[...(answer.windows ?? []), ...(answer.sessions ?? [])].map(windowRow));
  }
  return { rows, next: rows.length < limit ? undefined : String(limit + PAGE_SIZE * 2) };
}

interface WindowsAnswer {
  readonly windows?: readonly WindowMessage[];
  readonly sessions?: readonly WindowMessage[];
}

async function readVersions(
  named: Named,
  key: Json,
  { from, to }: StoreSearch,
  signal: AbortSignal,
): Promise<StorePage> {
  const message = { ...named, key, timeFrom: from, timeTo: to };
  const rows: StoreRow[] = [];
  for await (const { versions = [] } of callStreaming<{ versions?: RecordMessage[] }>(
    'StateQueryService/ListVersions',
    message,
    signal,
  )) {
    rows.push(...versions.map((version) => versionRow({ key, ...version })));
  }
  return { rows, next: undefined };
}
