import { answerSchemas, type JsonSchema } from '../../../query/answers/answer-schema.js';
import { readAnswerType } from '../../../query/answers/read-answer-type.js';
import { MessageSchemas } from '../../../query/message-schemas.js';
import type { RestMethod } from '../../../query/rest-methods.js';
import { methodOf, pathNames } from '../../query-names.js';
import type { ServedQuery } from '../../served-query.js';
import { OPERATIONS, TWINS } from './known-routes.js';
import { JSON_LINES, JSON_TYPE, reference, templateOf, type Content, type Operation } from './operation.js';

/** A route of the HTTP server. */
export interface Route {
  /** `GET` or `POST`. */
  readonly method: string;
  /** As the server has it, `/balance/:wallet_id`. */
  readonly url: string;
}

/** What is served at the routes. */
export interface Described {
  readonly routes: readonly Route[];
  readonly methods: readonly RestMethod[];
  readonly queries: readonly ServedQuery[];
}

/** The OpenAPI 3.1 document of an HTTP server: every route of it, those of its pages aside. */
export function openApiDocument({ routes, methods, queries }: Described): JsonSchema {
  const describe = new RouteDescriber(methods, queries);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, url } of routes) {
    const path = templateOf(url);
    (paths[path] ??= {})[method.toLowerCase()] = operationObject(method, path, describe.route(method, path));
  }
  const error = { type: 'object', properties: { error: { type: 'string' }, message: { type: 'string' } } };
  return {
    openapi: '3.1.0',
    info: { title: 'Millrace', version: 'v1', description: 'State, queries and operations of a running process.' },
    paths,
    components: { schemas: { Error: error, ...Object.fromEntries(describe.schemas()) } },
  };
}

/** Knows what each route does, and collects the schemas that it refers to. */
class RouteDescriber {
  readonly #messages = new MessageSchemas();
  readonly #answers = new Map<string, JsonSchema>();
  readonly #queries: ReadonlyMap<string, ServedQuery>;
  readonly #methods: ReadonlyMap<string, RestMethod>;

  constructor(methods: readonly RestMethod[], queries: readonly ServedQuery[]) {
    this.#queries = new Map(queries.map((served) => [`GET ${served.query.path}`, served]));
    this.#methods = new Map(methods.map((method) => [method.path, method]));
  }

  schemas(): ReadonlyMap<string, JsonSchema> {
    return new Map([...this.#messages.schemas, ...this.#answers]);
  }

  route(method: string, path: string): Operation {
    const key = `${method} ${path}`;
    const served = this.#queries.get(key);
    if (served) return this.#query(served);
    const own = this.#methods.get(path.slice('/api/'.length));
    if (own && method === 'POST') return this.#method(own);
    return (
      this.#twin(method, path) ??
      OPERATIONS[key] ?? { tag: 'operations', summary: key, response: { type: JSON_TYPE, schema: {} } }
    );
  }

  #query({ application, query }: ServedQuery): Operation {
    const { name, description, options = [], returns } = query;
    return {
      tag: application,
      summary: description ?? `Query ${name}.`,
      query: Object.fromEntries(options.map((option) => [option, { type: 'string' }])),
      response: { type: JSON_TYPE, schema: returns === undefined ? {} : this.#answer(application, query, returns) },
    };
  }

  #answer(
    application: string,
    query: ServedQuery['query'],
    returns: NonNullable<ServedQuery['query']['returns']>,
  ): JsonSchema {
    const type = readAnswerType(`${application}.${methodOf(query)}Response`, returns);
    for (const [name, schema] of answerSchemas(type)) this.#answers.set(name, schema);
    return reference(type.name);
  }

  #method({ path, streams }: RestMethod): Operation {
    const { request, response } = this.#schemasOf(path, streams ? JSON_LINES : JSON_TYPE);
    const [service = '', name] = path.split('/');
    return { tag: service, summary: `Method ${name ?? path}.`, request, response };
  }

  #twin(method: string, path: string): Operation | undefined {
    const twin = method === 'GET' ? TWINS[path] : undefined;
    if (!twin) return undefined;
    const streams = this.#methods.get(twin.method)?.streams === true;
    const { response } = this.#schemasOf(twin.method, twin.type ?? (streams ? JSON_LINES : JSON_TYPE));
    return { tag: 'state', summary: twin.summary, query: twin.query, response };
  }

  #schemasOf(path: string, type: string): { readonly request: Content; readonly response: Content } {
    const schemas = this.#messages.method(path);
    const content = (name: string | undefined): JsonSchema => (name === undefined ? {} : reference(name));
    return {
      request: { type: JSON_TYPE, schema: content(schemas?.request) },
      response: { type, schema: content(schemas?.response) },
    };
  }
}

function operationObject(method: string, path: string, operation: Operation): JsonSchema {
  const { tag, summary, description, query = {}, request, response } = operation;
  const inPath = pathNames(path).map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const inQuery = Object.entries(query).map(([name, { description: told, ...schema }]) => {
    return { name, in: 'query', ...(told !== undefined && { description: told }), schema };
  });
  return {
    operationId: `${method.toLowerCase()} ${path}`.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, ''),
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    parameters: [...inPath, ...inQuery],
    ...(request && { requestBody: { content: { [request.type]: { schema: request.schema } } } }),
    responses: {
      200: { description: summary, content: { [response.type]: { schema: response.schema } } },
      default: { description: 'Why there is no answer.', content: { [JSON_TYPE]: { schema: reference('Error') } } },
    },
  };
}
