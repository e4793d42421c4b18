import { Isolation, type ReadOptions } from './gen/millrace/query/v1/read_options.js';
import type { Queries } from './query-methods.js';
import type { StateQueries } from './state-queries.js';
import type { StoreCatalog } from './store-catalog.js';
import { storesOf } from './store-catalog.js';

interface StoreRequest {
  readonly application: string;
  readonly store: string;
  readonly options: ReadOptions | undefined;
}

/**
 * Queries that read committed stores on disk in this thread, and leave the rest to the stream thread: what is not
 * committed, stores in memory and global stores, and everything about tasks and instances.
 */
export function routedQueries(catalog: StoreCatalog, local: StateQueries, streamThread: Queries): Queries {
  const of = (request: StoreRequest): StateQueries => (onDisk(catalog, request) ? local : streamThread);
  return {
    ...streamThread,
    listStores: local.listStores,
    get: (request, call) => of(request).get(request, call),
    multiGet: (request, call) => of(request).multiGet(request, call),
    list: (request, call) => of(request).list(request, call),
    range: (request, call) => of(request).range(request, call),
    fetchWindow: (request, call) => of(request).fetchWindow(request, call),
    fetchWindows: (request, call) => of(request).fetchWindows(request, call),
    fetchSessions: (request, call) => of(request).fetchSessions(request, call),
    listVersions: (request, call) => of(request).listVersions(request, call),
    watch: local.watch,
  };
}

function onDisk(catalog: StoreCatalog, { application, store, options }: StoreRequest): boolean {
  if (options?.isolation === Isolation.ISOLATION_READ_UNCOMMITTED) return false;
  // An unknown store is of no thread in particular: the error is the same.
  return catalog.named(application).every(({ topology }) => {
    if (topology.globalStores.some((global) => global.store.name === store)) return false;
    return storesOf(topology).every(({ name, storage }) => name !== store || storage === 'leveldb');
  });
}
