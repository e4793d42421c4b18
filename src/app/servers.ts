import { dirname } from 'node:path';
import { ClusterApplication } from '../query/cluster/cluster-application.js';
import { clusterQueries } from '../query/cluster/cluster-queries.js';
import { MemberChannels } from '../query/cluster/member-channels.js';
import { membersAround } from '../query/cluster/members-around.js';
import { Access } from '../query/access/access.js';
import { StoreGuard } from '../query/access/store-guard.js';
import { boundedScans } from '../query/bounded-scans.js';
import { CommittedViews } from '../query/committed-views.js';
import { createLocalStateQueries } from '../query/local-state-queries.js';
import { readableStreamsApplication } from '../query/readable-streams-application.js';
import type { Queries } from '../query/query-methods.js';
import { meantBy } from '../query/running-applications.js';
import { StoreCatalog } from '../query/store-catalog.js';
import { createTopologyQueries } from '../query/topology-queries.js';
import type { BufferBounds } from '../query/watch/change-buffer.js';
import type { ChangelogSource } from '../query/watch/changelog-source.js';
import { WatchQueries } from '../query/watch/watch-queries.js';
import type { PrometheusMetrics } from '../observability/prometheus-metrics.js';
import type { StreamsApplication } from '../runtime/application.js';
import type { SchemaRegistry } from '../serde/registry/schema-registry.js';
import type { StateDirectory } from '../runtime/state-directory.js';
import { clientAccessOf } from './access/client-access-of.js';
import { protectionOf, warnIfOpen } from './access/protection-of.js';
import type { Surroundings } from './broker.js';
import { otherHttpEndpoints, type AdvertisedEndpoints } from './advertised-endpoints.js';
import type { Closing } from './closing.js';
import type { Config } from './config.js';
import type { DeadLetterQueue } from './dead-letters/dead-letter-queue.js';
import type { Operations } from './operations.js';
import { ownQueries, ownServiceNames, ownServices } from './own-services.js';
import type { TopologyDefinition } from './define-topology.js';
import { processFacts } from './process-facts.js';
import type { HttpServer, Readiness } from './http/http-server.js';
import type { RowsOf } from './http/export-route.js';
import type { RegistryAddress } from './schema-registry.js';
import { startQueryThread, type QueryThread } from './query-thread/query-thread.js';
import type { OwnQueries } from '../query/own-queries.js';
import type { RecordSink } from './record-sink.js';
import { servedQuery, type ServedQuery } from './served-query.js';
import { localParticipant } from './snapshots/snapshot-participant.js';

/** Ports that the servers listen on. */
export interface Ports {
  readonly grpcPort: number;
  readonly httpPort: number;
}

/** What the servers are started with. */
export interface ServerOptions extends Surroundings {
  readonly config: Config;
  readonly metrics: PrometheusMetrics;
  readonly applications: readonly StreamsApplication[];
  /** What the applications run, in their order. */
  readonly topologies: readonly TopologyDefinition[];
  /** URLs of the modules that export the topologies, in the order of the applications. */
  readonly modules: readonly string[] | undefined;
  readonly stateDirectory: StateDirectory;
  readonly schemaRegistry: RegistryAddress | undefined;
  /** One that this process has itself, and serves. */
  readonly embeddedRegistry: SchemaRegistry | undefined;
  /** Called when a server fails while it runs. */
  readonly onFailure: (error: Error) => void;
  /** Where others reach the servers. */
  readonly endpoints: AdvertisedEndpoints;
  /** Where records go that are posted. */
  readonly topics: RecordSink;
  readonly deadLetters: DeadLetterQueue;
  readonly operations: Operations;
  readonly rowsOf: RowsOf;
  /** Where watches read. */
  readonly changelogs: ChangelogSource;
}

/**
 * Starts the gRPC and the HTTP server of a process over its applications. What they need is loaded one after the other, so
 * that applications that start meanwhile get their turns.
 * @throws MillraceError `PORT_BUSY`
 */
export async function startServers(options: ServerOptions, closing: Closing): Promise<Ports> {
  const { metrics, applications, stateDirectory } = options;
  const readable = applications.map((application) => {
    const views = new CommittedViews(application.topology, (id) =>
      stateDirectory.taskFolder(application.applicationId, id),
    );
    closing.add('committed views', () => views.close());
    return readableStreamsApplication(application, views, options.clock);
  });
  const catalog = new StoreCatalog(() => readable);
  const running = { ...options, process: processFacts(options.clock) };
  const own = servedQueries(options);
  const local: Queries & OwnQueries = {
    ...createLocalStateQueries(catalog, options.clock),
    ...createTopologyQueries(catalog, options.endpoints, running),
    ...ownQueries(own),
  };
  const queries = overInstances(options, local, closing);
  const watches = new WatchQueries(catalog, { ...options, source: options.changelogs, bounds: watchBoundsOf(options) });
  const grpc = await startGrpc(options, local, { ...queries, watch: watches.watch });
  closing.add('gRPC server', () => grpc.close());
  closing.add('watches', () => {
    watches.close(); // they would go on while calls under way are waited for
    return Promise.resolve();
  });
  const access = await openAccess(options);
  closing.add('access', () => {
    access.close();
    return Promise.resolve();
  });
  const http = await startHttp(options, { ...queries, watch: grpc.watch }, own, grpc, access);
  closing.add('HTTP server', () => http.close());
  options.endpoints.listening({ grpcPort: grpc.port, httpPort: http.port });
  showHealth(options, grpc);
  for (const application of applications) countTasks(application, metrics);
  return { grpcPort: grpc.port, httpPort: http.port };
}

/** The queries of this instance and of those that it shares the tasks of its applications with. */
function overInstances({ config, applications, clock }: ServerOptions, local: Queries, closing: Closing): Queries {
  const channels = new MemberChannels(clock, clientAccessOf(config));
  closing.add('channels to other instances', () => {
    channels.close();
    return Promise.resolve();
  });
  const clusters = applications.map((each) => new ClusterApplication(each.applicationId, each.topology, () => each.cluster())); // prettier-ignore
  const keepMembers = (): void => {
    channels.keep(applications.flatMap((each) => each.cluster()?.members ?? []));
  };
  for (const each of applications) each.onTasksChange(keepMembers);
  const members = membersAround(applications[0]?.instanceId ?? '', local, channels);
  return clusterQueries(new StoreCatalog(() => clusters), members, clock);
}

/** In a thread of its own where it can import the topologies, else in this one. @param local what that thread may ask this one */
async function startGrpc(options: ServerOptions, local: Queries & OwnQueries, queries: Queries): Promise<QueryThread> {
  const { config, clock, metrics, log, applications, modules, stateDirectory, schemaRegistry } = options;
  const { host, grpcPort: port } = config;
  const protection = protectionOf(config);
  if (modules?.length !== applications.length) {
    const { startQueryServer } = await import('../query/server/query-server.js');
    const defined = options.topologies.map((definition, index) => ({
      id: applications[index]?.applicationId ?? definition.name,
      definition,
    }));
    const served = { state: queries, topology: queries, services: ownServices(defined, local) };
    const server = await startQueryServer({ host, port, ...served, clock, metrics, log, protection });
    return { ...server, watch: queries.watch, metrics: () => Promise.resolve('') };
  }
  const described = applications.map(({ applicationId, instanceId }, index) => ({
    id: applicationId,
    instanceId,
    moduleUrl: modules[index] ?? '',
    stateFolder: dirname(stateDirectory.taskFolder(applicationId, '0_0')),
  }));
  const peers = clientAccessOf(config);
  const watchBounds = watchBoundsOf(options);
  const start = { host, port, protection, peers, schemaRegistry, watchBounds, applications: described };
  return startQueryThread(start, applications, { ...local, ...callsOf(options.changelogs) }, options);
}

function watchBoundsOf({ config }: ServerOptions): BufferBounds {
  return { maxBytes: config.watchBufferBytes, maxChanges: config.watchBufferChanges };
}

function callsOf(changelogs: ChangelogSource): ChangelogSource {
  return {
    changelogRange: (topic) => changelogs.changelogRange(topic),
    readChangelog: (place) => changelogs.readChangelog(place),
  };
}

/** Says in the log if everybody may call. */
function openAccess({ config, clock, log }: ServerOptions): Promise<Access> {
  const protection = protectionOf(config);
  warnIfOpen(config, protection, log);
  return Access.open(protection.access, clock, log);
}

async function startHttp(
  options: ServerOptions,
  queries: Queries,
  own: readonly ServedQuery[],
  grpc: QueryThread,
  access: Access,
): Promise<HttpServer> {
  const { config, clock, log, metrics, applications } = options;
  const protection = protectionOf(config);
  const bounded = boundedScans(queries, protection.limits.maxScanRows);
  const { startHttpServer } = await import('./http/http-server.js');
  const { restMethods } = await import('../query/rest-methods.js');
  return startHttpServer({
    host: config.host,
    port: config.httpPort,
    metrics: {
      contentType: metrics.contentType,
      exposition: async () => (await metrics.exposition()) + (await grpc.metrics()),
    },
    ...{ access, protection, clock, log, corsOrigins: config.corsOrigins ?? [] },
    methods: restMethods(bounded, queries, new StoreGuard(access, queries)),
    queries: own,
    readiness: () => readinessOf(applications),
    topics: options.topics,
    deadLetters: options.deadLetters,
    operations: options.operations,
    registry: options.embeddedRegistry,
    rowsOf: options.rowsOf,
    instancesOf: (id) => meantBy(id, applications).map(localParticipant),
  });
}

/** Each topology's queries, over the stores of its application. */
function servedQueries({ applications, topologies, endpoints, config }: ServerOptions): ServedQuery[] {
  const peers = clientAccessOf(config);
  return applications.flatMap((stores, index) =>
    (topologies[index]?.queries ?? []).map((query) =>
      servedQuery(stores.applicationId, query, stores, () => otherHttpEndpoints(stores.cluster(), endpoints, peers)),
    ),
  );
}

function readinessOf(applications: readonly StreamsApplication[]): Readiness {
  return {
    ready: applications.every(({ state }) => state === 'RUNNING'),
    applications: Object.fromEntries(applications.map(({ applicationId, state }) => [applicationId, state])),
  };
}

/** Services that answer once every application runs. */
const SERVICES = ['', 'millrace.query.v1.StateQueryService'];

function showHealth({ applications, topologies }: ServerOptions, grpc: QueryThread): void {
  const services = [...SERVICES, ...ownServiceNames(topologies)];
  grpc.setServing('millrace.query.v1.TopologyService', true);
  const show = (): void => {
    const { ready } = readinessOf(applications);
    for (const service of services) grpc.setServing(service, ready);
  };
  show();
  for (const application of applications) application.onStateChange(show);
}

function countTasks(application: StreamsApplication, metrics: PrometheusMetrics): void {
  const { applicationId } = application;
  metrics.gauge('millrace_application_running', { application: applicationId }, () =>
    application.state === 'RUNNING' ? 1 : 0,
  );
  metrics.gauge('millrace_application_tasks', { application: applicationId }, () => application.tasks().length);
}
