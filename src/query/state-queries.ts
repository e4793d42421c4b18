import type { Call } from './call.js';
import type {
  FetchSessionsRequest,
  FetchSessionsResponse,
  FetchWindowRequest,
  FetchWindowResponse,
  FetchWindowsRequest,
  FetchWindowsResponse,
  GetRequest,
  GetResponse,
  ListRequest,
  ListResponse,
  ListStoresRequest,
  ListStoresResponse,
  ListVersionsRequest,
  ListVersionsResponse,
  MultiGetRequest,
  MultiGetResponse,
  RangeRequest,
  RangeResponse,
  WatchRequest,
  WatchResponse,
} from './gen/millrace/query/v1/state_query_service.js';

/**
 * The state queries, on the messages of `millrace.query.v1`; gRPC and HTTP both serve one of these. Streams are pulled: the
 * store is read as fast as the client takes. All reject with a MillraceError; see status.ts for what it becomes.
 */
export interface StateQueries {
  readonly listStores: (request: ListStoresRequest, call?: Call) => Promise<ListStoresResponse>;
  readonly get: (request: GetRequest, call?: Call) => Promise<GetResponse>;
  readonly multiGet: (request: MultiGetRequest, call?: Call) => Promise<MultiGetResponse>;
  readonly list: (request: ListRequest, call?: Call) => Promise<ListResponse>;
  readonly range: (request: RangeRequest, call?: Call) => AsyncIterable<RangeResponse>;
  readonly fetchWindow: (request: FetchWindowRequest, call?: Call) => Promise<FetchWindowResponse>;
  readonly fetchWindows: (request: FetchWindowsRequest, call?: Call) => AsyncIterable<FetchWindowsResponse>;
  readonly fetchSessions: (request: FetchSessionsRequest, call?: Call) => AsyncIterable<FetchSessionsResponse>;
  readonly listVersions: (request: ListVersionsRequest, call?: Call) => AsyncIterable<ListVersionsResponse>;
  /** Goes on until it is aborted, or the process ends. */
  readonly watch: (request: WatchRequest, call?: Call) => AsyncIterable<WatchResponse>;
}
