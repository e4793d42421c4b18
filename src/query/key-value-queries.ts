import type { KeyValueStoreDefinition, VersionedStoreDefinition } from '../state/store.js';
import { batches, limited } from './batches.js';
import type { Call } from './call.js';
import type { ReadOptions } from './gen/millrace/query/v1/read_options.js';
import type { Record } from './gen/millrace/query/v1/record.js';
import type { GetResponse, ListRequest, ListResponse } from './gen/millrace/query/v1/state_query_service.js';
import { keyFromJson } from './json-value.js';
import { asKeyValueStore, keyScan, type KeyScan } from './key-scan.js';
import { toRecord } from './messages.js';
import { decodePageToken, encodePageToken } from './page-token.js';
import { fieldError } from './query-errors.js';
import { planRead, type ReadPlan } from './read-plan.js';
import { limitField, timeField } from './request-fields.js';
import type { StateQueries } from './state-queries.js';
import type { StoreCatalog } from './store-catalog.js';
import { asVersionedStore } from './versioned-queries.js';

const MAX_KEYS = 1_000;
/** Records of a page whose request names no size. */
export const DEFAULT_PAGE = 100;
/** Records of a page at most. */
export const MAX_PAGE = 1_000;

type KeyValuePlan = ReadPlan<KeyValueStoreDefinition>;

/** The queries of key-value stores; `get` is that of versioned stores, too. */
export function keyValueQueries(catalog: StoreCatalog): Pick<StateQueries, 'get' | 'multiGet' | 'list' | 'range'> {
  const plan = (
    request: { readonly application: string; readonly store: string; readonly options: ReadOptions | undefined },
    method: string,
    call: Call | undefined,
  ): Promise<KeyValuePlan> => planRead(catalog.find(request, method, 'keyValue'), request.options, call);

  return {
    async get(request, call) {
      const read = await planRead(catalog.find(request, 'Get', 'keyValue', 'versioned'), request.options, call);
      const asOfMs = timeField(request.asOf, 'as_of', undefined);
      if (asOfMs !== undefined && read.definition.kind !== 'versioned') {
        throw fieldError('UNKNOWN_QUERY_TYPE', 'as_of', 'as_of is for versioned stores');
      }
      return getOne(read, request.key, 'key', asOfMs);
    },

    async multiGet(request, call) {
      expectFewKeys(request);
      const read = await plan(request, 'MultiGet', call);
      return { results: request.keys.map((key, index) => getOne(read, key, `keys[${index}]`)) };
    },

    async list(request, call) {
      return page(await plan(request, 'List', call), request);
    },

    async *range(request, call) {
      const limit = limitField(request);
      const read = await plan(request, 'Range', call);
      const scan = keyScan(read.definition, request);
      for await (const records of batches(limited(recordsOf(read, scan), limit))) {
        yield { records, position: undefined };
      }
      yield { records: [], position: read.position() };
    },
  };
}

/** @throws MillraceError `BAD_KEY` */
export function expectFewKeys({ keys }: { readonly keys: readonly unknown[] }): void {
  if (keys.length > MAX_KEYS) throw fieldError('BAD_KEY', 'keys', `at most ${MAX_KEYS} keys at a time`);
}

type PointReadPlan = ReadPlan<KeyValueStoreDefinition | VersionedStoreDefinition>;

/** @param asOfMs for versioned stores; undefined: the latest version */
function getOne(read: PointReadPlan, json: unknown, field: string, asOfMs?: number): GetResponse {
  const { definition } = read;
  const key = keyFromJson(definition.keySerde, json, field);
  for (const { store } of read.partitions) {
    const versioned = definition.kind === 'versioned';
    const value = versioned ? asVersionedStore(store).get(key, asOfMs) : asKeyValueStore(store).get(key);
    if (value !== undefined) {
      return { record: toRecord(definition, key, value, read.raw), position: read.position() };
    }
  }
  return { record: undefined, position: read.position() };
}

async function* recordsOf(read: KeyValuePlan, scan: KeyScan): AsyncGenerator<Record> {
  for (const { store } of read.partitions) {
    for await (const [key, value] of scan(store)) yield toRecord(read.definition, key, value, read.raw);
  }
}

async function page(read: KeyValuePlan, request: ListRequest): Promise<ListResponse> {
  if (!Number.isInteger(request.pageSize) || request.pageSize < 0) {
    throw fieldError('BAD_LIMIT', 'page_size', 'page_size is negative, or not a whole number');
  }
  const size = Math.min(request.pageSize || DEFAULT_PAGE, MAX_PAGE);
  const scan = keyScan(read.definition, request);
  const after = decodePageToken(request);
  const records: Record[] = [];
  let end = after;
  for (const { taskId, store } of after ? from(read, after.taskId) : read.partitions) {
    for await (const [key, value] of scan(store, after?.taskId === taskId ? after.key : undefined)) {
      if (records.length === size && end) {
        return { records, nextPageToken: encodePageToken(request, end), position: read.position() };
      }
      records.push(toRecord(read.definition, key, value, read.raw));
      end = { taskId, key: read.definition.keySerde.serialize(key) };
    }
  }
  return { records, nextPageToken: '', position: read.position() };
}

function from(read: KeyValuePlan, task: string): KeyValuePlan['partitions'] {
  const index = read.partitions.findIndex(({ taskId }) => taskId === task);
  if (index < 0) throw fieldError('BAD_PAGE_TOKEN', 'page_token', `page_token is of task ${task}, which is not here`);
  return read.partitions.slice(index);
}
