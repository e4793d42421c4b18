import type { FastifyInstance } from 'fastify';
import { HOP_HEADER } from '../../query/hop-headers.js';
import { invalid } from '../../util/errors.js';
import type { QueryDefinition } from '../define-query.js';
import { askQuery, type ServedQuery } from '../served-query.js';

/** `GET /api/queries`, which lists the topologies' own queries, and the `GET` routes of each: JSON, 404 for what is not there, 400 for input that cannot be right. */
export function addQueryRoutes(server: FastifyInstance, queries: readonly ServedQuery[]): void {
  server.get('/api/queries', () => ({ queries: queries.map(described) }));
  for (const served of queries) {
    const { query } = served;
    const route = query.path.replace(/\{(\w+)\}/g, ':$1');
    server.get<{ Params: Record<string, string>; Querystring: Record<string, unknown> }>(
      route,
      async (request, reply) => {
        const hop = request.headers[HOP_HEADER] !== undefined;
        const answer = await askQuery(served, { ...optionsOf(query, request.query), ...request.params }, hop);
        return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer));
      },
    );
  }
}

function described({ application, query: { name, path, options = [] } }: ServedQuery): object {
  return { application, name, path, options };
}

function optionsOf({ name, options = [] }: QueryDefinition, given: Record<string, unknown>): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [option, value] of Object.entries(given)) {
    if (options.includes(option) && typeof value === 'string') read[option] = value;
    else {
      throw invalid('BAD_QUERY_OPTION', `query "${name}" takes no such option: ${option}=${String(value)}`, {
        hint: options.length === 0 ? 'It has none.' : `Options, each at most once: ${options.join(', ')}.`,
        context: { field: option },
      });
    }
  }
  return read;
}
