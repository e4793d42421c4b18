import type { SessionStoreDefinition, StateStore } from '../state/store.js';
import { batches, limited } from './batches.js';
import type { Window } from './gen/millrace/query/v1/record.js';
import type { FetchSessionsRequest } from './gen/millrace/query/v1/state_query_service.js';
import { keyFromJson } from './json-value.js';
import { toWindow } from './messages.js';
import { fieldError } from './query-errors.js';
import { planRead, type ReadPlan } from './read-plan.js';
import type { AnySessionStore } from './readable-application.js';
import type { StateQueries } from './state-queries.js';
import type { StoreCatalog } from './store-catalog.js';
import { fromTimestamp } from './timestamps.js';

type SessionPlan = ReadPlan<SessionStoreDefinition>;

/** The sessions asked for: of one key, touching [fromMs, toMs]. */
interface SessionSearch {
  readonly key: unknown;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The query of session stores. */
export function sessionQueries(catalog: StoreCatalog): Pick<StateQueries, 'fetchSessions'> {
  return {
    async *fetchSessions(request) {
      if (request.limit < 0) throw fieldError('BAD_LIMIT', 'limit', 'limit is negative');
      const read = await planRead(catalog.find(request, 'FetchSessions', 'session'), request.options);
      const search = sessionSearch(read.definition, request);
      for await (const sessions of batches(limited(sessionsOf(read, search), request.limit))) {
        yield { sessions, position: undefined };
      }
      yield { sessions: [], position: read.position() };
    },
  };
}

function sessionSearch(definition: SessionStoreDefinition, request: FetchSessionsRequest): SessionSearch {
  const key = keyFromJson(definition.keySerde, request.key);
  const fromMs = fromTimestamp(request.timeFrom, 0);
  const toMs = fromTimestamp(request.timeTo, Number.MAX_SAFE_INTEGER);
  if (fromMs > toMs) throw fieldError('BAD_TIME', 'time_from', 'time_from is after time_to');
  return { key, fromMs, toMs };
}

/** Found without a scan; they are read on only as the client takes them. */
function* sessionsOf(read: SessionPlan, { key, fromMs, toMs }: SessionSearch): Generator<Window> {
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
