import type { Call } from './call.js';
import type { ReadOptions } from './gen/millrace/query/v1/read_options.js';
import type { StateQueries } from './state-queries.js';

/** A request that reads a store. */
export interface StoreRequest {
  readonly application: string;
  readonly store: string;
  readonly options: ReadOptions | undefined;
}

/** What is done around every read of a store. */
export interface AroundReads {
  readonly unary: <Q extends StoreRequest, A>(
    query: (request: Q, call?: Call) => Promise<A>,
  ) => (request: Q, call?: Call) => Promise<A>;
  readonly stream: <Q extends StoreRequest, M>(
    query: (request: Q, call?: Call) => AsyncIterable<M>,
  ) => (request: Q, call?: Call) => AsyncIterable<M>;
}

/** Queries whose reads of stores have something around them; a watch is none, it reads a changelog. */
export function aroundReads(queries: StateQueries, { unary, stream }: AroundReads): StateQueries {
  return {
    ...queries,
    get: unary(queries.get),
    multiGet: unary(queries.multiGet),
    list: unary(queries.list),
    fetchWindow: unary(queries.fetchWindow),
    range: stream(queries.range),
    fetchWindows: stream(queries.fetchWindows),
    fetchSessions: stream(queries.fetchSessions),
    listVersions: stream(queries.listVersions),
  };
}
