import {
  logVerbosity,
  Server,
  ServerCredentials,
  setLogVerbosity,
  type ChannelOptions,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Logger } from '../../observability/log.js';
import type { Metrics } from '../../observability/metrics.js';
import type { Clock } from '../../util/time.js';
import { Access } from '../access/access.js';
import { Admission } from '../access/admission.js';
import { OPEN, type ServerProtection } from '../access/protection.js';
import { StoreGuard } from '../access/store-guard.js';
import { boundedScans } from '../bounded-scans.js';
import { StateQueryServiceService, type ListStoresRequest } from '../gen/millrace/query/v1/state_query_service.js';
import { TopologyServiceService } from '../gen/millrace/query/v1/topology_service.js';
import type { OwnService } from '../own-queries.js';
import type { StateQueries } from '../state-queries.js';
import type { TopologyQueries } from '../topology-queries.js';
import { announceEnd } from './announce-end.js';
import { admitCalls } from './admit-calls.js';
import { callMetrics } from './call-metrics.js';
import { Ending } from './ending.js';
import { MalformedRequest, streaming, unary, type MethodContext } from './handlers.js';
import { listen, type Listener } from './listener.js';
import { requirementOf } from './method-roles.js';
import { addReflection } from './reflection.js';

/** How long a stop waits for clients to read that the server ends. */
const ANNOUNCED_MS = 500;
/** Those that still wait for something by then are told that it is unavailable, so that their clients ask others. */
const WAITING_MS = 1_000;
/** Those that do not heed it are ended by then. */
const REFUSED_MS = 1_500;
/** Longest a stop waits for calls under way. */
const DRAIN_MS = 2_000;
/** Connections that their clients have not ended by then are cut. */
const GONE_MS = 2_500;

export interface QueryServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly state: StateQueries;
  readonly topology: TopologyQueries;
  /** The topologies' own. Default: none. */
  readonly services?: readonly OwnService[];
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Default: none. */
  readonly protection?: ServerProtection;
}

/** A listening gRPC server. */
export interface QueryServer {
  readonly port: number;
  /** What `grpc.health.v1.Health` says of a service; `''` is the process. */
  setServing(service: string, serving: boolean): void;
  /** Lets calls under way end, for at most three seconds. */
  close(): Promise<void>;
}

/**
 * Serves `millrace.query.v1`, the topologies' own services, `grpc.health.v1.Health` and reflection. Methods that are not built answer UNIMPLEMENTED.
 * @throws MillraceError `PORT_BUSY` when the port is taken, `TLS_FILE_INVALID`, `ACCESS_FILE_INVALID`, `TOKEN_KEYS_INVALID`
 */
export async function startQueryServer(options: QueryServerOptions): Promise<QueryServer> {
  setLogVerbosity(logVerbosity.NONE); // what it says on the console comes back as errors too
  const { clock, log, protection = OPEN } = options;
  const state = boundedScans(options.state, protection.limits.maxScanRows);
  const access = await Access.open(protection.access, clock, log);
  const admission = new Admission(access, protection.limits, clock);
  const { interceptor, callerOf } = admitCalls(admission, (path) =>
    requirementOf(path, protection.monitoringNeedsToken),
  );
  const server = new Server({ ...channelOptions(protection), interceptors: [interceptor] });
  const { slowReaderTimeoutMs } = protection.limits;
  const ending = new Ending();
  const shared = { callerOf, guard: new StoreGuard(access, state), slowReaderTimeoutMs, ending, log };
  const of = ({ path }: { readonly path: string }): MethodContext => ({
    ...shared,
    ...callMetrics(path, options.metrics, clock),
  });
  addServices(server, { ...options, state }, shared.guard, of);
  const descriptors = await addOwnServices(server, options.services ?? [], of);
  const health = new HealthImplementation({ '': 'NOT_SERVING' });
  health.addToServer(server);
  if (protection.reflection) addReflection(server, descriptors);

  const listener = await open(server, options, protection);
  log.debug({ host: options.host, port: listener.port }, 'gRPC server listens');
  return {
    port: listener.port,
    setServing(service, serving) {
      health.setStatus(service, serving ? 'SERVING' : 'NOT_SERVING');
    },
    async close() {
      await drain(server, listener, ending, clock);
      access.close();
    },
  };
}

type ContextOf = (method: { readonly path: string }) => MethodContext;

/** Gives their descriptors. */
async function addOwnServices(
  server: Server,
  services: readonly OwnService[],
  of: ContextOf,
): Promise<readonly Buffer[]> {
  if (services.length === 0) return [];
  const { ownDefinition, ownHandlers } = await import('./own-service.js'); // not all processes need protobuf's runtime
  return services.map((service) => {
    const own = ownDefinition(service);
    serve(server, own.definition, ownHandlers(service, own, of));
    return own.descriptors;
  });
}

function addServices(server: Server, { state, topology }: QueryServerOptions, guard: StoreGuard, of: ContextOf): void {
  const query = StateQueryServiceService;
  serve(server, query, {
    listStores: unary(
      async (request: ListStoresRequest, call) => guard.listed(await state.listStores(request, call), call.caller),
      of(query.listStores),
    ),
    get: unary(state.get, of(query.get)),
    multiGet: unary(state.multiGet, of(query.multiGet)),
    list: unary(state.list, of(query.list)),
    range: streaming(state.range, of(query.range)),
    fetchWindow: unary(state.fetchWindow, of(query.fetchWindow)),
    fetchWindows: streaming(state.fetchWindows, of(query.fetchWindows)),
    fetchSessions: streaming(state.fetchSessions, of(query.fetchSessions)),
    listVersions: streaming(state.listVersions, of(query.listVersions)),
    watch: streaming(state.watch, of(query.watch)),
  });
  const graph = TopologyServiceService;
  serve(server, graph, {
    describeTopology: unary(topology.describeTopology, of(graph.describeTopology)),
    listInstances: unary(topology.listInstances, of(graph.listInstances)),
    listTasks: unary(topology.listTasks, of(graph.listTasks)),
    getMetrics: unary(topology.getMetrics, of(graph.getMetrics)),
    traceRecords: streaming(topology.traceRecords, of(graph.traceRecords)),
  });
}

/** A method's bytes that are none of its message become a request that its handler refuses with a reason. */
function serve(server: Server, service: ServiceDefinition, methods: UntypedServiceImplementation): void {
  const tolerant = Object.entries(service).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): unknown => {
      try {
        return method.requestDeserialize(bytes) as unknown; // a message of this method
      } catch (error) {
        return new MalformedRequest(error);
      }
    };
    return [name, { ...method, requestDeserialize }] as const;
  });
  server.addService(Object.fromEntries(tolerant), methods);
}

/** Connections that are dead are noticed, those without calls are closed. */
function channelOptions({ limits }: ServerProtection): ChannelOptions {
  return {
    'grpc.max_receive_message_length': limits.maxRequestBytes,
    'grpc.max_concurrent_streams': limits.maxCallsPerPeer,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
    'grpc.max_connection_idle_ms': 300_000,
  };
}

/** The port is ours, not grpc-js's: it bounds connections, and takes other TLS files while it listens. */
function open(server: Server, options: QueryServerOptions, { tls, limits }: ServerProtection): Promise<Listener> {
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const { maxConnections } = limits;
  return listen({ ...options, tls, maxConnections, onConnection: (socket) => { injector.injectConnection(socket); } }); // prettier-ignore
}

/** Ends when all connections have: grpc-js does not wait for those that their clients want to end too, whatever goes on in them. */
async function drain(server: Server, listener: Listener, ending: Ending, clock: Clock): Promise<void> {
  const { connections } = listener;
  const ended = new AbortController();
  void listener.close().then(() => {
    ended.abort();
  });
  announceEnd(server);
  await clock.sleep(ANNOUNCED_MS, ended.signal);
  const timers = [
    clock.schedule(WAITING_MS, () => { ending.begin(); }),
    clock.schedule(REFUSED_MS, () => { ending.refuse(); }),
    clock.schedule(DRAIN_MS, () => { server.forceShutdown(); }),
  ]; // prettier-ignore
  server.tryShutdown(() => undefined);
  await clock.sleep(GONE_MS, ended.signal);
  for (const cancel of timers) cancel();
  for (const connection of connections) connection.destroy();
}
