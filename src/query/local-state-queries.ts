import type { Clock } from '../util/time.js';
import { awaitingPositions } from './awaited-positions.js';
import { awaitingSchemas } from './awaited-schemas.js';
import { keyValueQueries } from './key-value-queries.js';
import { toStoreInfo } from './messages.js';
import { notSupported } from './query-errors.js';
import { sessionQueries } from './session-queries.js';
import type { StateQueries } from './state-queries.js';
import { storesOf, type StoreCatalog } from './store-catalog.js';
import { versionedQueries } from './versioned-queries.js';
import { windowQueries } from './window-queries.js';

/**
 * Answers queries from the stores of the tasks of this instance; what they hold may be of schemas yet to be fetched.
 * @param watch tells of changes; default: it is not supported
 */
export function createLocalStateQueries(
  catalog: StoreCatalog,
  clock: Clock,
  watch: StateQueries['watch'] = unwatched,
): StateQueries {
  const queries: StateQueries = {
    listStores: ({ application }) => {
      const found = catalog.named(application).toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const stores = found.flatMap(({ id, topology }) => storesOf(topology).map((store) => toStoreInfo(id, store)));
      return Promise.resolve({ stores });
    },
    ...keyValueQueries(catalog),
    ...windowQueries(catalog),
    ...sessionQueries(catalog),
    ...versionedQueries(catalog),
    watch,
  };
  return awaitingPositions(awaitingSchemas(queries, clock), catalog, clock);
}

function unwatched(): never {
  throw notSupported('Watch without a broker');
}
