import { windowEndIn } from '../state/window/window-end.js';
import type { StateStore, WindowStoreDefinition } from '../state/store.js';
import { batches, limited } from './batches.js';
import type { Window } from './gen/millrace/query/v1/record.js';
import type { FetchWindowsRequest } from './gen/millrace/query/v1/state_query_service.js';
import { keyFromJson } from './json-value.js';
import { toWindow } from './messages.js';
import { fieldError } from './query-errors.js';
import { planRead, type ReadPlan } from './read-plan.js';
import type { AnyWindowStore } from './readable-application.js';
import type { StateQueries } from './state-queries.js';
import type { StoreCatalog } from './store-catalog.js';
import { fromTimestamp } from './timestamps.js';

type WindowPlan = ReadPlan<WindowStoreDefinition>;

interface WindowScan {
  /** Undefined: all keys. */
  readonly key: unknown;
  readonly fromMs: number;
  readonly toMs: number;
  readonly reverse: boolean;
}

/** The queries of window stores. */
export function windowQueries(catalog: StoreCatalog): Pick<StateQueries, 'fetchWindow' | 'fetchWindows'> {
  return {
    async fetchWindow(request) {
      const read = await planRead(catalog.find(request, 'FetchWindow', 'window'), request.options);
      const { definition } = read;
      const key = keyFromJson(definition.keySerde, request.key);
      if (!request.windowStart) throw fieldError('BAD_TIME', 'window_start', 'window_start is missing');
      const startMs = fromTimestamp(request.windowStart, 0);
      for (const { store } of read.partitions) {
        const value = asWindowStore(store).fetch(key, startMs);
        if (value === undefined) continue;
        const entry = { key, startMs, endMs: windowEndIn(definition, startMs), value };
        return { window: toWindow(definition, entry, read.raw), position: read.position() };
      }
      return { window: undefined, position: read.position() };
    },

    async *fetchWindows(request) {
      if (request.limit < 0) throw fieldError('BAD_LIMIT', 'limit', 'limit is negative');
      const read = await planRead(catalog.find(request, 'FetchWindows', 'window'), request.options);
      const scan = windowScan(read.definition, request);
      for await (const windows of batches(limited(windowsOf(read, scan), request.limit))) {
        yield { windows, position: undefined };
      }
      yield { windows: [], position: read.position() };
    },
  };
}

function windowScan(definition: WindowStoreDefinition, request: FetchWindowsRequest): WindowScan {
  const key = request.key === undefined ? undefined : keyFromJson(definition.keySerde, request.key);
  const fromMs = fromTimestamp(request.timeFrom, 0);
  const toMs = fromTimestamp(request.timeTo, Number.MAX_SAFE_INTEGER);
  if (fromMs > toMs) throw fieldError('BAD_TIME', 'time_from', 'time_from is after time_to');
  if (request.reverse && key === undefined) throw fieldError('BAD_KEY', 'key', 'reverse needs a key');
  return { key, fromMs, toMs, reverse: request.reverse };
}

async function* windowsOf(read: WindowPlan, { key, fromMs, toMs, reverse }: WindowScan): AsyncGenerator<Window> {
  for (const partition of read.partitions) {
    const store = asWindowStore(partition.store);
    const ofKey = reverse ? 'backwardFetchRange' : 'fetchRange';
    const rows = key === undefined ? store.fetchAll(fromMs, toMs) : store[ofKey](key, fromMs, toMs);
    for await (const entry of rows) yield toWindow(read.definition, entry, read.raw);
  }
}

/** The store behind a partition whose definition says that it is a window store. */
function asWindowStore(store: StateStore): AnyWindowStore {
  return store as AnyWindowStore;
}
