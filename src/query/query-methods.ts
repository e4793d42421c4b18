import type { StateQueries } from './state-queries.js';
import type { TopologyQueries } from './topology-queries.js';

/** Every query that a process answers. */
export type Queries = StateQueries & TopologyQueries;

/** Name of a query. */
export type QueryName = keyof Queries;

/** Queries that answer with a stream of messages. */
export const STREAMS: ReadonlySet<QueryName> = new Set<QueryName>([
  'range',
  'fetchWindows',
  'fetchSessions',
  'listVersions',
  'watch',
  'traceRecords',
]);

/** Every query's name. */
export const QUERY_NAMES: readonly QueryName[] = [
  'listStores',
  'get',
  'multiGet',
  'list',
  'range',
  'fetchWindow',
  'fetchWindows',
  'fetchSessions',
  'listVersions',
  'watch',
  'describeTopology',
  'listInstances',
  'listTasks',
  'getMetrics',
  'traceRecords',
];
