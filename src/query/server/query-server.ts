import {
  logVerbosity,
  Server,
  ServerCredentials,
  setLogVerbosity,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Logger } from '../../observability/log.js';
import type { Metrics } from '../../observability/metrics.js';
import type { Clock } from '../../util/time.js';
import { StateQueryServiceService } from '../gen/millrace/query/v1/state_query_service.js';
import { TopologyServiceService } from '../gen/millrace/query/v1/topology_service.js';
import type { StateQueries } from '../state-queries.js';
import type { TopologyQueries } from '../topology-queries.js';
import { callMetrics, type CallMetrics } from './call-metrics.js';
import { streaming, unary } from './handlers.js';
import { portBusy } from './port-busy.js';
import { addReflection } from './reflection.js';

/** Longest a stop waits for calls under way. */
const DRAIN_MS = 2_000;

export interface QueryServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly state: StateQueries;
  readonly topology: TopologyQueries;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** A listening gRPC server. */
export interface QueryServer {
  readonly port: number;
  /** What `grpc.health.v1.Health` says of a service; `''` is the process. */
  setServing(service: string, serving: boolean): void;
  /** Lets calls under way end, for at most two seconds. */
  close(): Promise<void>;
}

/**
 * Serves `millrace.query.v1`, `grpc.health.v1.Health` and reflection. Methods that are not built answer UNIMPLEMENTED.
 * @throws MillraceError `PORT_BUSY` when the port is taken
 */
export async function startQueryServer(options: QueryServerOptions): Promise<QueryServer> {
  setLogVerbosity(logVerbosity.NONE); // what it says on the console comes back as errors too
  const server = new Server({ 'grpc.max_receive_message_length': 4 * 1_024 * 1_024 });
  const { state, topology } = options;
  const of = ({ path }: { readonly path: string }): CallMetrics => callMetrics(path, options.metrics, options.clock);
  const query = StateQueryServiceService;
  serve(server, query, {
    listStores: unary(state.listStores, of(query.listStores)),
    get: unary(state.get, of(query.get)),
    multiGet: unary(state.multiGet, of(query.multiGet)),
    list: unary(state.list, of(query.list)),
    range: streaming(state.range, of(query.range)),
    fetchWindow: unary(state.fetchWindow, of(query.fetchWindow)),
    fetchWindows: streaming(state.fetchWindows, of(query.fetchWindows)),
    fetchSessions: streaming(state.fetchSessions, of(query.fetchSessions)),
    listVersions: streaming(state.listVersions, of(query.listVersions)),
  });
  const graph = TopologyServiceService;
  serve(server, graph, {
    describeTopology: unary(topology.describeTopology, of(graph.describeTopology)),
    listInstances: unary(topology.listInstances, of(graph.listInstances)),
    listTasks: unary(topology.listTasks, of(graph.listTasks)),
    getMetrics: unary(topology.getMetrics, of(graph.getMetrics)),
    traceRecords: streaming(topology.traceRecords, of(graph.traceRecords)),
  });
  const health = new HealthImplementation({ '': 'NOT_SERVING' });
  health.addToServer(server);
  addReflection(server);

  const port = await bind(server, options.host, options.port);
  options.log.debug({ host: options.host, port }, 'gRPC server listens');
  return {
    port,
    setServing(service, serving) {
      health.setStatus(service, serving ? 'SERVING' : 'NOT_SERVING');
    },
    close: () => drain(server, options.clock),
  };
}

function serve(server: Server, service: ServiceDefinition, methods: UntypedServiceImplementation): void {
  server.addService(service, methods);
}

function bind(server: Server, host: string, port: number): Promise<number> {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(portBusy('gRPC', address, error));
      else resolve(bound);
    });
  });
}

function drain(server: Server, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(DRAIN_MS, () => {
      server.forceShutdown();
    });
    server.tryShutdown(() => {
      cancel();
      resolve();
    });
  });
}
