import type { FastifyInstance } from 'fastify';
import { HOP_HEADER } from '../../query/hop-headers.js';
import { toJson } from '../../query/json-value.js';
import { invalid, MillraceError } from '../../util/errors.js';
import type { ProcessAddress } from '../ask-process.js';
import type { QueryDefinition, QueryStores } from '../define-query.js';
import { answerAnywhere } from './ask-others.js';

/** A query of a topology that runs here. */
export interface ServedQuery {
  readonly application: string;
  readonly query: QueryDefinition;
  readonly stores: QueryStores;
  /** The HTTP servers of the other instances. Default: there are none. */
  readonly others?: () => readonly ProcessAddress[];
}

/** `GET /api/queries`, which lists the topologies' own queries, and the `GET` routes of each: JSON, 404 for what is not there, 400 for input that cannot be right. */
export function addQueryRoutes(server: FastifyInstance, queries: readonly ServedQuery[]): void {
  expectOwnPaths(queries);
  server.get('/api/queries', () => ({ queries: queries.map(described) }));
  for (const served of queries) {
    const { query } = served;
    const route = query.path.replace(/\{(\w+)\}/g, ':$1');
    server.get<{ Params: Record<string, string>; Querystring: Record<string, unknown> }>(
      route,
      async (request, reply) => {
        const input = { ...optionsOf(query, request.query), ...pathOf(query, request.params) };
        const answer = await answerAnywhere(served, input, request.headers[HOP_HEADER] !== undefined);
        if (answer === undefined) throw notFound(query, request.params);
        return reply.type('application/json; charset=utf-8').send(JSON.stringify(toJson(answer)));
      },
    );
  }
}

function described({ application, query: { name, path, options = [] } }: ServedQuery): object {
  return { application, name, path, options };
}

/** Two paths are the same when they differ in nothing but the names in braces. */
function expectOwnPaths(queries: readonly ServedQuery[]): void {
  const taken = new Map<string, ServedQuery>();
  for (const served of queries) {
    const shape = served.query.path.replace(/\{\w+\}/g, '{}');
    const other = taken.get(shape);
    if (other) {
      const [a, b] = [other, served].map(({ application, query }) => `"${query.name}" of "${application}"`);
      throw invalid('QUERY_PATH_TAKEN', `queries ${a} and ${b} have the same path ${served.query.path}`, {
        hint: 'Give one of them another path, or run the topologies in two processes.',
      });
    }
    taken.set(shape, served);
  }
}

function pathOf({ name }: QueryDefinition, params: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const empty = Object.keys(params).find((param) => params[param] === '');
  if (empty === undefined) return params;
  throw invalid('BAD_QUERY_PATH', `query "${name}" is asked for nothing: ${empty} is empty`, {
    context: { field: empty },
  });
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

function notFound({ name }: QueryDefinition, params: Readonly<Record<string, string>>): MillraceError {
  const asked = Object.entries(params).map(([param, value]) => `${param} "${value}"`);
  return new MillraceError({
    code: 'NOT_FOUND',
    kind: 'invalid',
    message: `there is no ${name} of ${asked.join(', ') || 'anything'}`,
  });
}
