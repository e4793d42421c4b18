import type { FastifyInstance } from 'fastify';
import type { Operations } from '../operations.js';

/**
 * What tools ask a process with an embedded log:
 *
 *     GET /api/lag/:application?topic=TOPIC    `millrace lag`; `topic` may be repeated
 *     GET /api/observed/:application           `millrace plan`
 */
export function addOperationRoutes(server: FastifyInstance, { lag, observe }: Operations): void {
  server.get<{ Params: { application: string }; Querystring: { topic?: string | string[] } }>(
    '/api/lag/:application',
    ({ params, query }) => lag({ applicationId: params.application, topics: [query.topic ?? []].flat() }),
  );
  server.get<{ Params: { application: string } }>('/api/observed/:application', ({ params }) =>
    observe(params.application),
  );
}
