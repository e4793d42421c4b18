import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requirementOf } from '../../query/server/method-roles.js';
import { fieldError } from '../../query/query-errors.js';
import type { RestMethod } from '../../query/rest-methods.js';
import { goneSignal } from './gone-signal.js';
import type { HttpProtection } from './http-protection.js';
import { takenInTime } from './taken-in-time.js';

/** What the twins need. */
export type RestOptions = Pick<HttpProtection, 'clock' | 'protection'> & { readonly methods: readonly RestMethod[] };

const STATE = 'millrace.query.v1.StateQueryService';
const TOPOLOGY = 'millrace.query.v1.TopologyService';

type Query = Readonly<Record<string, string | undefined>>;
type Params = Readonly<Record<string, string>>;

/**
 * The REST twins. Every method is `POST /api/<service>/<method>` with its request as proto JSON; streams answer in JSON
 * lines. The common ones have a GET of their own:
 *
 *     GET /api/stores                        ListStores
 *     GET /api/stores/:store/entries         List         ?from= &to= &prefix= &pageSize= &pageToken=
 *     GET /api/stores/:store/entries/:key    Get          ?as_of= (ISO 8601), of a versioned store
 *     GET /api/stores/:store/windows         FetchWindows ?key= &from= &to= (ISO 8601) &limit= &reverse=true
 *     GET /api/stores/:store/sessions        FetchSessions ?key= &from= &to= (ISO 8601) &limit=
 *     GET /api/stores/:store/versions        ListVersions ?key= &from= &to= (ISO 8601) &limit=
 *     GET /api/topology, /api/instances, /api/tasks, /api/metrics
 *
 * Each takes `?application=`. Keys are text, or JSON with `?json=true`.
 */
export function addRestRoutes(server: FastifyInstance, options: RestOptions): void {
  const { methods } = options;
  const byPath = new Map(methods.map((method) => [method.path, method]));
  for (const method of methods) {
    const route = { config: { access: requirementOf(`/${method.path}`, true) } };
    server.post(`/api/${method.path}`, route, (request, reply) =>
      answer(request, reply, method, request.body ?? {}, options),
    );
  }
  const get = (route: string, path: string, toRequest: (query: Query, params: Params) => object): void => {
    const method = byPath.get(path);
    if (!method) return;
    server.get<{ Querystring: Query; Params: Params }>(route, (request, reply) =>
      answer(
        request,
        reply,
        method,
        { application: request.query.application, ...toRequest(request.query, request.params) },
        options,
      ),
    );
  };
  get('/api/stores', `${STATE}/ListStores`, () => ({}));
  get('/api/stores/:store/entries', `${STATE}/List`, (query, { store }) => ({
    ...query,
    reverse: query.reverse === 'true',
    store,
    from: keyOf(query, query.from),
    to: keyOf(query, query.to),
  }));
  get('/api/stores/:store/entries/:key', `${STATE}/Get`, (query, { store, key }) => ({
    store,
    key: keyOf(query, key),
    asOf: query.as_of,
  }));
  get('/api/stores/:store/windows', `${STATE}/FetchWindows`, (query, { store }) => ({
    store,
    key: keyOf(query, query.key),
    timeFrom: query.from,
    timeTo: query.to,
    limit: query.limit,
    reverse: query.reverse === 'true',
  }));
  get('/api/stores/:store/sessions', `${STATE}/FetchSessions`, ofOneKey);
  get('/api/stores/:store/versions', `${STATE}/ListVersions`, ofOneKey);
  get('/api/topology', `${TOPOLOGY}/DescribeTopology`, () => ({}));
  get('/api/instances', `${TOPOLOGY}/ListInstances`, () => ({}));
  get('/api/tasks', `${TOPOLOGY}/ListTasks`, () => ({}));
  get('/api/metrics', `${TOPOLOGY}/GetMetrics`, () => ({}));
}

function ofOneKey(query: Query, { store }: Params): object {
  return { store, key: keyOf(query, query.key), timeFrom: query.from, timeTo: query.to, limit: query.limit };
}

async function answer(
  { caller }: Pick<FastifyRequest, 'caller'>,
  reply: FastifyReply,
  method: RestMethod,
  message: unknown,
  { clock, protection }: RestOptions,
): Promise<unknown> {
  const messages = method.call(message, caller, goneSignal(reply))[Symbol.asyncIterator]();
  // The first message is awaited before the head is sent, so that an error of the request still has its own status.
  const first = await messages.next();
  if (!method.streams) return reply.send(first.value);
  const { slowReaderTimeoutMs } = protection.limits;
  const taken = takenInTime(lines(first, messages), slowReaderTimeoutMs, clock, () => reply.raw.destroy());
  return reply.type('application/x-ndjson').send(Readable.from(taken));
}

async function* lines(first: IteratorResult<unknown>, rest: AsyncIterator<unknown>): AsyncGenerator<string> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield `${JSON.stringify(next.value)}\n`;
  } finally {
    await rest.return?.();
  }
}

/** A key of a request's path or options: text, or JSON with `?json=true`. */
export function keyOf(query: Query, key: string | undefined): unknown {
  if (query.json !== 'true' || key === undefined) return key;
  try {
    return JSON.parse(key);
  } catch (error) {
    throw fieldError('BAD_KEY', 'key', 'the key is not JSON', error);
  }
}
