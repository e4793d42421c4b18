import type { SessionStoreDefinition, StateStore } from '../state/store.js';
import { batches, limited } from './batches.js';
import type { Window } from './gen/millrace/query/v1/record.js';
import { keyFromJson } from './json-value.js';
import { toWindow } from './messages.js';
import { planRead, type ReadPlan } from './read-plan.js';
import type { AnySessionStore } from './readable-application.js';
import { limitField, timeRange, type TimeRange } from './request-fields.js';
import type { StateQueries } from './state-queries.js';
import type { StoreCatalog } from './store-catalog.js';

type SessionPlan = ReadPlan<SessionStoreDefinition>;

/** The query of session stores. */
export function sessionQueries(catalog: StoreCatalog): Pick<StateQueries, 'fetchSessions'> {
  return {
    async *fetchSessions(request, call) {
      const limit = limitField(request);
      const read = await planRead(catalog.find(request, 'FetchSessions', 'session'), request.options, call);
      const key = keyFromJson(read.definition.keySerde, request.key);
      for await (const sessions of batches(limited(sessionsOf(read, key, timeRange(request)), limit))) {
        yield { sessions, position: undefined };
      }
      yield { sessions: [], position: read.position() };
    },
  };
}

/** Those that touch the times. Found without a scan; they are read on only as the client takes them. */
function* sessionsOf(read: SessionPlan, key: unknown, { fromMs, toMs }: TimeRange): Generator<Window> {
  for (const { store } of read.partitions) {
    for (const session of asSessionStore(store).findSessions(key, fromMs, toMs)) {
      yield toWindow(read.definition, session, read.raw);
    }
  }
}

/** The store behind a partition whose definition says that it is a session store. */
function asSessionStore(store: StateStore): AnySessionStore {
  return store as AnySessionStore;
}
