import fastify, { type FastifyReply } from 'fastify';
import type { Schema, SchemaRegistry } from '../../../src/serde/registry/schema-registry.js';

/** A registry that is served in Confluent's protocol. */
export interface ServedRegistry {
  readonly url: string;
  close(): Promise<void>;
}

interface Params {
  readonly subject: string;
  readonly version: string;
}

/** Serves a registry on a free port: what its schemas are compared and registered with. */
export async function serveRegistry(registry: SchemaRegistry): Promise<ServedRegistry> {
  const server = fastify();
  const parser = { parseAs: 'string' } as const;
  server.addContentTypeParser('application/vnd.schemaregistry.v1+json', parser, (_, body, done) => {
    done(null, JSON.parse(String(body)));
  });
  const found = async (answer: Promise<unknown>, reply: FastifyReply): Promise<unknown> =>
    (await answer) ?? reply.code(404).send({ error_code: 40403, message: 'not there' });
  server.post<{ Params: Params; Body: Schema }>('/subjects/:subject', ({ params, body }, reply) =>
    found(registry.lookUp(params.subject, body), reply),
  );
  server.post<{ Params: Params; Body: Schema }>('/subjects/:subject/versions', async ({ params, body }) => ({
    id: await registry.register(params.subject, body),
  }));
  server.get<{ Params: Params }>('/subjects/:subject/versions/:version', ({ params }, reply) =>
    found(registry.version(params.subject, params.version === 'latest' ? 'latest' : Number(params.version)), reply),
  );
  server.post<{ Params: Params; Body: Schema }>(
    '/compatibility/subjects/:subject/versions/latest',
    async ({ params, body }) => {
      const { compatible, messages } = await registry.checkCompatibility(params.subject, body);
      return { is_compatible: compatible, messages };
    },
  );
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return { url, close: () => server.close() };
}
