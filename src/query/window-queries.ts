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
import { limitField, timeField, timeRange, type TimeRange } from './request-fields.js';
import type { StateQueries } from './state-queries.js';
import type { StoreCatalog } from './store-catalog.js';

type WindowPlan = ReadPlan<WindowStoreDefinition>;

interface WindowScan extends TimeRange {
  /** Undefined: all keys. */
  readonly key: unknown;
  readonly reverse: boolean;
}

/** The queries of window stores. */
export function windowQueries(catalog: StoreCatalog): Pick<StateQueries, 'fetchWindow' | 'fetchWindows'> {
  return {
    async fetchWindow(request, call) {
      const read = await planRead(catalog.find(request, 'FetchWindow', 'window'), request.options, call);
      const { definition } = read;
      const key = keyFromJson(definition.keySerde, request.key);
      const startMs = timeField(request.windowStart, 'window_start', undefined);
      if (startMs === undefined) throw fieldError('BAD_TIME', 'window_start', 'window_start is missing');
      for (const { store } of read.partitions) {
        const value = asWindowStore(store).fetch(key, startMs);
        if (value === undefined) continue;
        const entry = { key, startMs, endMs: windowEndIn(definition, startMs), value };
        return { window: toWindow(definition, entry, read.raw), position: read.position() };
      }
      return { window: undefined, position: read.position() };
    },

    async *fetchWindows(request, call) {
      const limit = limitField(request);
      const read = await planRead(catalog.find(request, 'FetchWindows', 'window'), request.options, call);
      const scan = windowScan(read.definition, request);
      for await (const windows of batches(limited(windowsOf(read, scan), limit))) {
        yield { windows, position: undefined };
      }
      yield { windows: [], position: read.position() };
    },
  };
}

function windowScan(definition: WindowStoreDefinition, request: FetchWindowsRequest): WindowScan {
  const key = request.key === undefined ? undefined : keyFromJson(definition.keySerde, request.key);
  const times = timeRange(request);
  if (request.reverse && key === undefined) throw fieldError('BAD_KEY', 'key', 'reverse needs a key');
  return { key, ...times, reverse: request.reverse };
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
