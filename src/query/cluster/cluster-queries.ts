import type { Clock } from '../../util/time.js';
import type { StoreKind } from '../../state/store.js';
import type { Call } from '../call.js';
import { expectFewKeys } from '../key-value-queries.js';
import { storeUnavailableError } from '../query-errors.js';
import type { Queries } from '../query-methods.js';
import { limitField } from '../request-fields.js';
import type { StateQueries } from '../state-queries.js';
import type { StoreCatalog } from '../store-catalog.js';
import type { ClusterApplication, ClusterMembers } from './cluster-application.js';
import { page } from './pages.js';
import { bounded, patiently } from './patience.js';
import { find, findAll } from './point-reads.js';
import { scanAll, scanKey } from './scans.js';
import { StoreCall } from './store-call.js';
import { wholeApplication } from './whole-application.js';

/** A request of a store. */
interface StoreRequest {
  readonly application: string;
  readonly store: string;
}

/** The call of a store whose parts are here and there; undefined: every instance has all of it. */
type ToStore = (
  request: StoreRequest,
  call: Call | undefined,
  method: string,
  ...kinds: readonly StoreKind[]
) => StoreCall | undefined;

/**
 * Queries over all instances of applications: what is not here is asked of those who have it. While tasks move, are restored or
 * cannot be reached, a query waits for them until its deadline, by default for ten seconds; then it is unavailable. Rows of
 * several partitions come partition by partition, ordered by key within each.
 */
export function clusterQueries(
  catalog: StoreCatalog<ClusterApplication>,
  members: ClusterMembers,
  clock: Clock,
): Queries {
  const here = async <A>(call: Call | undefined, ask: (queries: Queries) => Promise<A>): Promise<A> =>
    patiently(bounded(call, clock), clock, () => ask(queriesHere(members)));
  const toStore: ToStore = (request, call, method, ...kinds) => {
    const found = catalog.find(request, method, ...kinds);
    return found.application.isGlobal(request.store) ? undefined : new StoreCall(found, members, clock, call);
  };
  const queries: Queries = {
    listStores: (request, call) => here(call, ({ listStores }) => listStores(request)),
    describeTopology: (request, call) => here(call, ({ describeTopology }) => describeTopology(request)),
    ...wholeApplication(catalog, members, clock),
    watch: (request, call) => queriesHere(members).watch(request, call), // any instance can tell of all changes
    ...unaryQueries(toStore, members),
    ...streamedQueries(toStore, members),
  };
  return answeringHops(queries, members);
}

function unaryQueries(
  toStore: ToStore,
  members: ClusterMembers,
): Pick<StateQueries, 'get' | 'multiGet' | 'list' | 'fetchWindow'> {
  return {
    async get(request, call) {
      const store = toStore(request, call, 'Get', 'keyValue', 'versioned');
      if (!store) return queriesHere(members).get(request, call);
      return find(store, request.key, (queries, part) => queries.get(request, part), ({ record }) => record !== undefined); // prettier-ignore
    },
    async multiGet(request, call) {
      const store = toStore(request, call, 'MultiGet', 'keyValue');
      expectFewKeys(request);
      return store ? findAll(store, request) : queriesHere(members).multiGet(request, call);
    },
    async list(request, call) {
      const store = toStore(request, call, 'List', 'keyValue');
      return store ? page(store, request) : queriesHere(members).list(request, call);
    },
    async fetchWindow(request, call) {
      const store = toStore(request, call, 'FetchWindow', 'window');
      if (!store) return queriesHere(members).fetchWindow(request, call);
      return find(store, request.key, (queries, part) => queries.fetchWindow(request, part), ({ window }) => window !== undefined); // prettier-ignore
    },
  };
}

function streamedQueries(
  toStore: ToStore,
  members: ClusterMembers,
): Pick<StateQueries, 'range' | 'fetchWindows' | 'fetchSessions' | 'listVersions'> {
  return {
    range(request, call) {
      const store = toStore(request, call, 'Range', 'keyValue');
      if (!store) return queriesHere(members).range(request, call);
      const open = (queries: Queries, limit: number, part: Call) => queries.range({ ...request, limit }, part);
      return scanAll(store, { field: 'records', limit: limitField(request), open });
    },
    fetchWindows(request, call) {
      const store = toStore(request, call, 'FetchWindows', 'window');
      if (!store) return queriesHere(members).fetchWindows(request, call);
      const key: unknown = request.key;
      const open = (queries: Queries, limit: number, part: Call) => queries.fetchWindows({ ...request, limit }, part);
      const scan = { field: 'windows', limit: limitField(request), open } as const;
      return key === undefined || key === null ? scanAll(store, scan) : scanKey(store, key, scan);
    },
    fetchSessions(request, call) {
      const store = toStore(request, call, 'FetchSessions', 'session');
      if (!store) return queriesHere(members).fetchSessions(request, call);
      const open = (queries: Queries, limit: number, part: Call) => queries.fetchSessions({ ...request, limit }, part);
      return scanKey(store, request.key, { field: 'sessions', limit: limitField(request), open });
    },
    listVersions(request, call) {
      const store = toStore(request, call, 'ListVersions', 'versioned');
      if (!store) return queriesHere(members).listVersions(request, call);
      const open = (queries: Queries, limit: number, part: Call) => queries.listVersions({ ...request, limit }, part);
      return scanKey(store, request.key, { field: 'versions', limit: limitField(request), open });
    },
  };
}

/** What comes from another instance is answered by the one that it asks, and goes no further. */
function answeringHops(queries: Queries, members: ClusterMembers): Queries {
  const entries = Object.entries(queries).map(([name, query]) => {
    const method = name as keyof Queries; // as: a name of what was given
    const all = query as (request: unknown, call?: Call) => unknown; // as: each is called with its own request
    const answer = (request: unknown, call?: Call): unknown => {
      if (call?.hop === undefined) return all(request, call);
      const own = queriesHere(members, call.hop.instanceId)[method] as typeof all;
      return own(request, call);
    };
    return [name, answer] as const;
  });
  return Object.fromEntries(entries) as unknown as Queries; // every name, with the request and the answer of its own
}

function queriesHere(members: ClusterMembers, instanceId?: string): Queries {
  const queries = members.here(instanceId);
  if (queries) return queries;
  throw storeUnavailableError('NOT_ACTIVE', '', 'the instance that is asked does not answer yet');
}
