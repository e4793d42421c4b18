import { CommittedViews } from '../query/committed-views.js';
import { createLocalStateQueries } from '../query/local-state-queries.js';
import { readableStreamsApplication } from '../query/readable-streams-application.js';
import { restMethods } from '../query/rest-methods.js';
import { startQueryServer, type QueryServer } from '../query/server/query-server.js';
import { StoreCatalog } from '../query/store-catalog.js';
import { createTopologyQueries, type Endpoints } from '../query/topology-queries.js';
import type { PrometheusMetrics } from '../observability/prometheus-metrics.js';
import type { StreamsApplication } from '../runtime/application.js';
import type { StateDirectory } from '../runtime/state-directory.js';
import type { Surroundings } from './broker.js';
import type { Closing } from './closing.js';
import type { Config } from './config.js';
import { startHttpServer, type Readiness } from './http/http-server.js';
import type { RecordSink } from './record-sink.js';

/** Ports that the servers listen on. */
export interface Ports {
  readonly grpcPort: number;
  readonly httpPort: number;
}

/**
 * Starts the gRPC and the HTTP server of a process over its applications.
 * @throws MillraceError `PORT_BUSY`
 */
export async function startServers(
  options: Surroundings & { readonly config: Config; readonly metrics: PrometheusMetrics },
  applications: readonly StreamsApplication[],
  stateDirectory: StateDirectory,
  topics: RecordSink,
  closing: Closing,
): Promise<Ports> {
  const { config, clock, metrics, log } = options;
  const { host } = config;
  const readable = applications.map((application) => {
    const views = new CommittedViews(application, (id) => stateDirectory.taskFolder(application.applicationId, id));
    closing.add('committed views', () => views.close());
    return readableStreamsApplication(application, views);
  });
  const catalog = new StoreCatalog(() => readable);
  const state = createLocalStateQueries(catalog);
  const endpoints: Endpoints = { grpc: '', http: '' };
  const topology = createTopologyQueries(catalog, endpoints);

  const grpc = await startQueryServer({ host, port: config.grpcPort, state, topology, clock, metrics, log });
  closing.add('gRPC server', () => grpc.close());
  const http = await startHttpServer({
    host,
    port: config.httpPort,
    metrics,
    methods: restMethods(state, topology),
    readiness: () => readinessOf(applications),
    topics,
  });
  closing.add('HTTP server', () => http.close());
  endpoints.grpc = `${host}:${grpc.port}`;
  endpoints.http = `${host}:${http.port}`;
  showHealth(applications, grpc);
  for (const application of applications) countTasks(application, metrics);
  return { grpcPort: grpc.port, httpPort: http.port };
}

function readinessOf(applications: readonly StreamsApplication[]): Readiness {
  return {
    ready: applications.every(({ state }) => state === 'RUNNING'),
    applications: Object.fromEntries(applications.map(({ applicationId, state }) => [applicationId, state])),
  };
}

/** Services that answer once every application runs. */
const SERVICES = ['', 'millrace.query.v1.StateQueryService'];

function showHealth(applications: readonly StreamsApplication[], grpc: QueryServer): void {
  grpc.setServing('millrace.query.v1.TopologyService', true);
  const show = (): void => {
    const { ready } = readinessOf(applications);
    for (const service of SERVICES) grpc.setServing(service, ready);
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
