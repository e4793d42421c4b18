import { requestMalformed } from './access/access-errors.js';
import { NOBODY, type Caller } from './access/caller.js';
import type { StoreGuard } from './access/store-guard.js';
import type { Call } from './call.js';
import * as state from './gen/millrace/query/v1/state_query_service.js';
import * as graph from './gen/millrace/query/v1/topology_service.js';
import type { StateQueries } from './state-queries.js';
import type { TopologyQueries } from './topology-queries.js';

/** A gRPC method as HTTP serves it: the request's and the responses' proto JSON. */
export interface RestMethod {
  /** `millrace.query.v1.StateQueryService/Get`. */
  readonly path: string;
  /** Messages as they come; a unary method gives one. Without a caller: for nobody in particular. */
  call(request: unknown, caller?: Caller, signal?: AbortSignal): AsyncIterable<unknown>;
  /** A method that streams answers in JSON lines, one per message. */
  readonly streams: boolean;
}

interface Message<T> {
  fromJSON(json: unknown): T;
  toJSON(message: T): unknown;
}

/** Every method that this version serves, for `POST /api/<service>/<method>`. @param guard default: no rules of stores */
export function restMethods(
  queries: StateQueries,
  topology: TopologyQueries,
  guard?: StoreGuard,
): readonly RestMethod[] {
  const { unary, streaming } = twins(guard);
  const service = 'millrace.query.v1.StateQueryService';
  const topologyService = 'millrace.query.v1.TopologyService';
  return [
    unary(`${service}/ListStores`, state.ListStoresRequest, state.ListStoresResponse, async (request, call) => {
      const all = await queries.listStores(request, call);
      return guard?.listed(all, call.caller) ?? all;
    }),
    unary(`${service}/Get`, state.GetRequest, state.GetResponse, queries.get),
    unary(`${service}/MultiGet`, state.MultiGetRequest, state.MultiGetResponse, queries.multiGet),
    unary(`${service}/List`, state.ListRequest, state.ListResponse, queries.list),
    streaming(`${service}/Range`, state.RangeRequest, state.RangeResponse, queries.range),
    unary(`${service}/FetchWindow`, state.FetchWindowRequest, state.FetchWindowResponse, queries.fetchWindow),
    streaming(`${service}/FetchWindows`, state.FetchWindowsRequest, state.FetchWindowsResponse, queries.fetchWindows),
    streaming(
      `${service}/FetchSessions`,
      state.FetchSessionsRequest,
      state.FetchSessionsResponse,
      queries.fetchSessions,
    ),
    streaming(`${service}/ListVersions`, state.ListVersionsRequest, state.ListVersionsResponse, queries.listVersions),
    streaming(`${service}/Watch`, state.WatchRequest, state.WatchResponse, queries.watch),
    unary(
      `${topologyService}/DescribeTopology`,
      graph.DescribeTopologyRequest,
      graph.DescribeTopologyResponse,
      topology.describeTopology,
    ),
    unary(
      `${topologyService}/ListInstances`,
      graph.ListInstancesRequest,
      graph.ListInstancesResponse,
      topology.listInstances,
    ),
    unary(`${topologyService}/ListTasks`, graph.ListTasksRequest, graph.ListTasksResponse, topology.listTasks),
    unary(`${topologyService}/GetMetrics`, graph.GetMetricsRequest, graph.GetMetricsResponse, topology.getMetrics),
    streaming(
      `${topologyService}/TraceRecords`,
      graph.TraceRecordsRequest,
      graph.TraceRecordsResponse,
      topology.traceRecords,
    ),
  ];
}

type OwnCall = Call & { readonly caller: Caller };

/** Makes the twins of methods, each of which passes the rules of stores. */
function twins(guard: StoreGuard | undefined) {
  const read = async <Request>(message: Message<Request>, json: unknown, caller: Caller): Promise<Request> => {
    const request = parsed(message, json);
    await guard?.check(request, caller);
    return request;
  };
  return {
    unary: <Request, Response>(
      path: string,
      request: Message<Request>,
      response: Message<Response>,
      method: (request: Request, call: OwnCall) => Promise<Response>,
    ): RestMethod => {
      async function* call(json: unknown, caller: Caller = NOBODY): AsyncGenerator {
        yield response.toJSON(await method(await read(request, json, caller), { caller }));
      }
      return { path, call, streams: false };
    },
    streaming: <Request, Response>(
      path: string,
      request: Message<Request>,
      response: Message<Response>,
      method: (request: Request, call: OwnCall) => AsyncIterable<Response>,
    ): RestMethod => {
      async function* call(json: unknown, caller: Caller = NOBODY, signal?: AbortSignal): AsyncGenerator {
        for await (const message of method(await read(request, json, caller), { caller, signal }))
          yield response.toJSON(message);
      }
      return { path, call, streams: true };
    },
  };
}

/** @throws MillraceError `REQUEST_MALFORMED` */
function parsed<Request>(message: Message<Request>, json: unknown): Request {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw requestMalformed(undefined);
  try {
    return message.fromJSON(json);
  } catch (error) {
    throw requestMalformed(error);
  }
}
