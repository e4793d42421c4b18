import type { FastifyInstance } from 'fastify';
import type { LagReader } from '../lag/application-lag.js';

/** `GET /api/lag/:application?topic=TOPIC`: what `millrace lag` asks a process with an embedded log; `topic` may be repeated. */
export function addLagRoute(server: FastifyInstance, lag: LagReader): void {
  server.get<{ Params: { application: string }; Querystring: { topic?: string | string[] } }>(
    '/api/lag/:application',
    ({ params, query }) => lag({ applicationId: params.application, topics: [query.topic ?? []].flat() }),
  );
}
