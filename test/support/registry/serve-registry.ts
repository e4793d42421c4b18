import fastify from 'fastify';
import { addRegistryRoutes } from '../../../src/app/http/registry-routes.js';
import { silentLogger } from '../../../src/observability/log.js';
import type { SchemaRegistry } from '../../../src/serde/registry/schema-registry.js';

/** A registry that is served in Confluent's protocol. */
export interface ServedRegistry {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a registry on a free port: what its schemas are compared and registered with. */
export async function serveRegistry(registry: SchemaRegistry): Promise<ServedRegistry> {
  const server = fastify();
  addRegistryRoutes(server, registry, silentLogger);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return { url, close: () => server.close() };
}
