import type { AddressInfo } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { MillraceError } from '../../util/errors.js';
import type { PrometheusMetrics } from '../../observability/prometheus-metrics.js';
import { portBusy } from '../../query/server/port-busy.js';
import { toHttpStatus, toStatus } from '../../query/status.js';
import type { SchemaRegistry } from '../../serde/registry/schema-registry.js';
import type { RestMethod } from '../../query/rest-methods.js';
import type { RecordSink } from '../record-sink.js';
import type { DeadLetterQueue } from '../dead-letters/dead-letter-queue.js';
import type { Operations } from '../operations.js';
import { addConsoleRoutes } from './console-routes.js';
import { addDeadLetterRoutes } from './dead-letter-routes.js';
import { addExportRoute, type RowsOf } from './export-route.js';
import { addOperationRoutes } from './operation-routes.js';
import { addProduceRoute } from './produce-route.js';
import { addQueryRoutes, type ServedQuery } from './query-routes.js';
import { addRegistryRoutes } from './registry-routes.js';
import { addRestRoutes } from './rest-routes.js';
import { addSnapshotRoutes, type InstancesOf } from './snapshot-routes.js';

export interface HttpServerOptions {
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
 * @throws MillraceError `PORT_BUSY` when the port is taken, `QUERY_PATH_TAKEN`
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = fastify({
    forceCloseConnections: true,
    bodyLimit: 64 * 1_024 * 1_024,
    routerOptions: { maxParamLength: 4_096 }, // keys stand in paths
  });
  addOperations(server, options);
  addConsoleRoutes(server);
  addRestRoutes(server, options.methods);
  addQueryRoutes(server, options.queries);
  addProduceRoute(server, options.topics);
  addDeadLetterRoutes(server, options.deadLetters);
  addOperationRoutes(server, options.operations);
  if (options.registry !== undefined) addRegistryRoutes(server, options.registry);
  addSnapshotRoutes(server, options.instancesOf);
  if (options.rowsOf !== undefined) addExportRoute(server, options.rowsOf);
  server.setErrorHandler((error, _request, reply) => {
    const { code, details } = toStatus(error);
    const known = error instanceof MillraceError;
    const status = known ? toHttpStatus(code) : statusOf(error);
    return reply.status(status).send({ error: known ? error.code : 'INTERNAL', message: details });
  });
  try {
    await server.listen({ host: options.host, port: options.port });
  } catch (error) {
    throw portBusy('HTTP', `${options.host}:${options.port}`, error);
  }
  const [address] = server.addresses() as readonly AddressInfo[]; // a server on a port has an address, not a path
  return { port: address?.port ?? options.port, close: () => server.close() };
}

function addOperations(server: FastifyInstance, { metrics, readiness }: HttpServerOptions): void {
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', (_request, reply) => {
    const now = readiness();
    return reply.status(now.ready ? 200 : 503).send(now);
  });
  server.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.exposition()));
}

/** Fastify's own errors (a body that is no JSON, say) carry a status. */
function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : 500;
}
