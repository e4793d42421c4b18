import * as state from './gen/millrace/query/v1/state_query_service.js';
import * as graph from './gen/millrace/query/v1/topology_service.js';
import type { StateQueries } from './state-queries.js';
import type { TopologyQueries } from './topology-queries.js';

/** A gRPC method as HTTP serves it: the request's and the responses' proto JSON. */
export interface RestMethod {
  /** `millrace.query.v1.StateQueryService/Get`. */
  readonly path: string;
  /** Messages as they come; a unary method gives one. */
  call(request: unknown): AsyncIterable<unknown>;
  /** A method that streams answers in JSON lines, one per message. */
  readonly streams: boolean;
}

interface Message<T> {
  fromJSON(json: unknown): T;
  toJSON(message: T): unknown;
}

/** Every method that this version serves, for `POST /api/<service>/<method>`. */
export function restMethods(queries: StateQueries, topology: TopologyQueries): readonly RestMethod[] {
  const service = 'millrace.query.v1.StateQueryService';
  const topologyService = 'millrace.query.v1.TopologyService';
  return [
    unary(`${service}/ListStores`, state.ListStoresRequest, state.ListStoresResponse, queries.listStores),
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

function unary<Request, Response>(
  path: string,
  request: Message<Request>,
  response: Message<Response>,
  method: (request: Request) => Promise<Response>,
): RestMethod {
  async function* call(json: unknown): AsyncGenerator {
    yield response.toJSON(await method(request.fromJSON(json)));
  }
  return { path, call, streams: false };
}

function streaming<Request, Response>(
  path: string,
  request: Message<Request>,
  response: Message<Response>,
  method: (request: Request) => AsyncIterable<Response>,
): RestMethod {
  async function* call(json: unknown): AsyncGenerator {
    for await (const message of method(request.fromJSON(json))) yield response.toJSON(message);
  }
  return { path, call, streams: true };
}
