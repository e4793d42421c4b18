import type { StateStore, VersionedStoreDefinition } from '../state/store.js';
import { batches, limited } from './batches.js';
import type { Record } from './gen/millrace/query/v1/record.js';
import { keyFromJson } from './json-value.js';
import { toRecord } from './messages.js';
import { planRead, type ReadPlan } from './read-plan.js';
import type { AnyVersionedStore } from './readable-application.js';
import { limitField, timeRange, type TimeRange } from './request-fields.js';
import type { StateQueries } from './state-queries.js';
import type { StoreCatalog } from './store-catalog.js';

/** The query that only versioned stores have; `get` is that of key-value stores. */
export function versionedQueries(catalog: StoreCatalog): Pick<StateQueries, 'listVersions'> {
  return {
    async *listVersions(request, call) {
      const limit = limitField(request);
      const read = await planRead(catalog.find(request, 'ListVersions', 'versioned'), request.options, call);
      const key = keyFromJson(read.definition.keySerde, request.key);
      for await (const versions of batches(limited(versionsOf(read, key, timeRange(request)), limit))) {
        yield { versions, position: undefined };
      }
      yield { versions: [], position: read.position() };
    },
  };
}

/** Found without a scan; they are read on only as the client takes them. */
function* versionsOf(
  read: ReadPlan<VersionedStoreDefinition>,
  key: unknown,
  { fromMs, toMs }: TimeRange,
): Generator<Record> {
  for (const { store } of read.partitions) {
    for (const version of asVersionedStore(store).versions(key, fromMs, toMs)) {
      yield toRecord(read.definition, key, version, read.raw);
    }
  }
}

/** The store behind a partition whose definition says that it is a versioned store. */
export function asVersionedStore(store: StateStore): AnyVersionedStore {
  return store as AnyVersionedStore;
}
