import type { AddressInfo } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import type { PrometheusMetrics } from '../../observability/prometheus-metrics.js';
import { portBusy } from '../../query/server/port-busy.js';
import { readTls, watchTls, type TlsMaterial } from '../../query/access/tls-material.js';
import type { SchemaRegistry } from '../../serde/registry/schema-registry.js';
import type { RestMethod } from '../../query/rest-methods.js';
import type { RecordSink } from '../record-sink.js';
import type { DeadLetterQueue } from '../dead-letters/dead-letter-queue.js';
import type { Operations } from '../operations.js';
import { addConsoleRoutes } from './console-routes.js';
import { addDeadLetterRoutes } from './dead-letter-routes.js';
import { addExportRoute, type RowsOf } from './export-route.js';
import { admitRequests } from './admit-requests.js';
import { addBrowserHeaders } from './browser-headers.js';
import { httpErrorOf } from './http-errors.js';
import type { HttpProtection } from './http-protection.js';
import { addOperationRoutes } from './operation-routes.js';
import { addOpenApiRoutes } from './openapi/openapi-routes.js';
import { addProduceRoute } from './produce-route.js';
import type { ServedQuery } from '../served-query.js';
import { addQueryRoutes } from './query-routes.js';
import { addRegistryRoutes } from './registry-routes.js';
import { addRestRoutes } from './rest-routes.js';
import { FOR_MONITORING } from './route-roles.js';
import { addWatchRoute } from './watch-route.js';
import { addSnapshotRoutes, type InstancesOf } from './snapshot-routes.js';

/** Longest the head of a request takes to come, and all of it. */
const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 120_000;

export interface HttpServerOptions extends HttpProtection {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly metrics: Pick<PrometheusMetrics, 'contentType' | 'exposition'>;
  readonly methods: readonly RestMethod[];
  /** The topologies' own. */
  readonly queries: readonly ServedQuery[];
  /** Whether every task runs, and if not why. */
  readonly readiness: () => Readiness;
  /** Where `POST /api/topics/<topic>/records` goes. */
  readonly topics: RecordSink;
  /** What `/api/dead-letters/<topic>` serves. */
  readonly deadLetters: DeadLetterQueue;
  readonly operations: Operations;
  /** A schema registry that is served, too. */
  readonly registry?: SchemaRegistry;
  /** What is exported; undefined: a process that has no stores. */
  readonly rowsOf?: RowsOf;
  /** Whose snapshots are taken. */
  readonly instancesOf: InstancesOf;
}

/** What `/readyz` says. */
export interface Readiness {
  readonly ready: boolean;
  /** State of each application. */
  readonly applications: Readonly<Record<string, string>>;
}

/** A listening HTTP server. */
export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the console at `/`, `/metrics`, `/healthz`, `/readyz`, `/api/…`, the topologies' own queries, and a schema registry if there is one.
 * @throws MillraceError `PORT_BUSY` when the port is taken, `TLS_FILE_INVALID`
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { log } = options;
  const server = await createServer(options);
  addBrowserHeaders(server, options);
  admitRequests(server, options);
  addOpenApiRoutes(server, options);
  addOperations(server, options);
  addConsoleRoutes(server);
  addRestRoutes(server, options);
  addWatchRoute(server, options);
  addQueryRoutes(server, options.queries);
  addProduceRoute(server, options.topics);
  addDeadLetterRoutes(server, options.deadLetters);
  addOperationRoutes(server, options.operations);
  if (options.registry !== undefined) addRegistryRoutes(server, options.registry, log);
  addSnapshotRoutes(server, options.instancesOf);
  if (options.rowsOf !== undefined) addExportRoute(server, options.rowsOf);
  server.setErrorHandler((error, _request, reply) => {
    const { status, code, message } = httpErrorOf(error, reply, log);
    return reply.status(status).send({ error: code, message });
  });
  try {
    await server.listen({ host: options.host, port: options.port });
  } catch (error) {
    throw portBusy('HTTP', `${options.host}:${options.port}`, error);
  }
  const [address] = server.addresses() as readonly AddressInfo[]; // a server on a port has an address, not a path
  return { port: address?.port ?? options.port, close: () => server.close() };
}

/** Plain or with TLS, whose files may change while it listens. */
async function createServer({ protection, clock, log }: HttpServerOptions): Promise<FastifyInstance> {
  const { tls, limits } = protection;
  const options = {
    forceCloseConnections: true,
    bodyLimit: limits.maxRequestBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: 4_096 }, // keys stand in paths
  };
  const timeouts = { headersTimeout: HEAD_TIMEOUT_MS, connectionsCheckingInterval: HEAD_TIMEOUT_MS / 2 };
  if (tls === undefined) return limited(fastify({ ...options, http: timeouts }), limits.maxConnections);
  const mutual = tls.clientCa !== undefined;
  const https = { ...timeouts, ...(await readTls(tls)), requestCert: mutual, rejectUnauthorized: mutual };
  const server = fastify({ ...options, https });
  const stopWatching = watchTls(tls, clock, log, (material: TlsMaterial) => { server.server.setSecureContext(material); }); // prettier-ignore
  server.addHook('onClose', (_server, done) => {
    stopWatching();
    done();
  });
  return limited(server, limits.maxConnections);
}

/** `text/plain` is what a page of any origin may post without asking: nothing here takes it. */
function limited(server: FastifyInstance, maxConnections: number): FastifyInstance {
  server.server.maxConnections = maxConnections;
  server.removeContentTypeParser('text/plain');
  return server;
}

function addOperations(server: FastifyInstance, { metrics, readiness }: HttpServerOptions): void {
  server.get('/healthz', FOR_MONITORING, () => ({ status: 'ok' }));
  server.get('/readyz', FOR_MONITORING, (_request, reply) => {
    const now = readiness();
    return reply.status(now.ready ? 200 : 503).send(now);
  });
  server.get('/metrics', FOR_MONITORING, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.exposition()),
  );
}
