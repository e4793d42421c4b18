import type { ReadOptions } from './gen/millrace/query/v1/read_options.js';
import type { Position } from './gen/millrace/query/v1/record.js';
import type { ListRequest, ListResponse } from './gen/millrace/query/v1/state_query_service.js';
import { fieldError, storeUnavailableError } from './query-errors.js';
import { mergedMetrics } from './metrics/merged-metrics.js';
import type { Queries } from './query-methods.js';
import { MillraceError } from '../util/errors.js';

/** Processes that hold parts of the same stores. */
export interface QueryMembers {
  /** In an order that stays; undefined for one that does not answer now. */
  readonly members: () => readonly (Queries | undefined)[];
  /** Stores of which every process holds all. */
  readonly isGlobal: (store: string) => boolean;
}

interface StoreRequest {
  readonly store: string;
  readonly options: ReadOptions | undefined;
}

/**
 * Queries over what several processes hold. A point read asks one after the other until one has the key; that there is none
 * is said only when all have answered. Scans give the rows of one after the other. A process that does not answer, restores,
 * or whose tasks move makes a query unavailable unless another one has what it asks for.
 */
export function gatheredQueries(of: QueryMembers): Queries {
  const first = <A>(ask: (queries: Queries) => Promise<A>): Promise<A> => askInTurn(present(of), ask, () => true);
  const all = <A>(ask: (queries: Queries) => Promise<A>): Promise<A[]> => Promise.all(present(of).map(ask));
  return {
    listStores: (request) => first((queries) => queries.listStores(request)),
    describeTopology: (request) => first((queries) => queries.describeTopology(request)),
    async listInstances(request) {
      return {
        instances: (await all((queries) => queries.listInstances(request))).flatMap(({ instances }) => instances),
      };
    },
    async listTasks(request) {
      const tasks = (await all((queries) => queries.listTasks(request))).flatMap((answer) => answer.tasks);
      return { tasks: tasks.sort((a, b) => a.taskId.localeCompare(b.taskId, 'en', { numeric: true })) };
    },
    getMetrics: async (request) => mergedMetrics(await all((queries) => queries.getMetrics(request))),
    get: (request) =>
      find(
        of,
        request,
        (queries) => queries.get(request),
        ({ record }) => record !== undefined,
      ),
    fetchWindow: (request) =>
      find(
        of,
        request,
        (queries) => queries.fetchWindow(request),
        ({ window }) => window !== undefined,
      ),
    async multiGet(request) {
      const answers = await fromEach(holders(of, request), request, (queries) => queries.multiGet(request));
      const results = request.keys.map((_, index) => {
        const found = answers.map((answer) => answer.results[index]);
        return found.find((result) => result?.record) ?? found[0] ?? { record: undefined, position: undefined };
      });
      return { results };
    },
    list: (request) => page(of, request),
    range: (request) => scan(of, request, 'records', (queries, limit) => queries.range({ ...request, limit })),
    fetchWindows: (request) =>
      scan(of, request, 'windows', (queries, limit) => queries.fetchWindows({ ...request, limit })),
    fetchSessions: (request) =>
      scan(of, request, 'sessions', (queries, limit) => queries.fetchSessions({ ...request, limit })),
    listVersions: (request) =>
      scan(of, request, 'versions', (queries, limit) => queries.listVersions({ ...request, limit })),
  };
}

/** Those that answer now. */
function present({ members }: QueryMembers): readonly Queries[] {
  return members().filter((queries) => queries !== undefined);
}

/** Those that have to be asked for all of a store. @throws MillraceError `NOT_ACTIVE` while one of them does not answer */
function holders(of: QueryMembers, { store }: StoreRequest): readonly Queries[] {
  const answering = present(of);
  if (answering.length > 0 && of.isGlobal(store)) return answering.slice(0, 1);
  if (answering.length === of.members().length) return answering;
  throw storeUnavailableError('NOT_ACTIVE', store, `a process that holds a part of store "${store}" is starting`);
}

/** The first answer that is one; else the error of a process that could not tell, else the last answer. */
async function askInTurn<A>(
  members: readonly Queries[],
  ask: (queries: Queries) => Promise<A>,
  found: (answer: A) => boolean,
): Promise<A> {
  let answered: A | undefined;
  let failure: MillraceError | undefined;
  let idle: MillraceError | undefined;
  for (const queries of members) {
    try {
      answered = await ask(queries);
      if (found(answered)) return answered;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (holdsNothing(error)) idle = error;
      else failure = error;
    }
  }
  if (failure === undefined && answered !== undefined) return answered;
  throw failure ?? idle ?? storeUnavailableError('NOT_ACTIVE', '', 'no process answers yet');
}

/** The record of a key, wherever it is; that there is none is known when nobody is missing. */
async function find<A>(
  of: QueryMembers,
  request: StoreRequest,
  ask: (queries: Queries) => Promise<A>,
  found: (answer: A) => boolean,
): Promise<A> {
  const answer = await askInTurn(present(of), ask, found);
  if (!found(answer)) holders(of, request);
  return answer;
}

/** What each has to say; one without a task of the store has nothing, as long as another has. */
async function fromEach<A>(
  members: readonly Queries[],
  { store }: Pick<StoreRequest, 'store'>,
  ask: (queries: Queries) => Promise<A>,
): Promise<A[]> {
  const answers = await Promise.all(
    members.map(async (queries) => {
      try {
        return [await ask(queries)];
      } catch (error) {
        if (holdsNothing(error)) return [];
        throw error;
      }
    }),
  );
  if (answers.some((answer) => answer.length > 0)) return answers.flat();
  throw holdsNowhere({ store });
}

type Rows<F extends string> = { readonly [N in F]: readonly unknown[] } & { readonly position: Position | undefined };

/** Rows of one process after the other, at most as many as the request wants; then one position of all. */
async function* scan<F extends string, M extends Rows<F>>(
  of: QueryMembers,
  request: StoreRequest & { readonly limit: number },
  field: F,
  open: (queries: Queries, limit: number) => AsyncIterable<M>,
): AsyncGenerator<M> {
  const offsets: Position['offsets'][number][] = [];
  let last: M | undefined;
  let left = request.limit;
  for (const queries of holders(of, request)) {
    if (request.limit > 0 && left <= 0) break;
    try {
      for await (const message of open(queries, request.limit > 0 ? left : 0)) {
        left -= message[field].length;
        offsets.push(...(message.position?.offsets ?? []));
        if (message[field].length > 0) yield { ...message, position: undefined };
        else last = message;
      }
    } catch (error) {
      if (!holdsNothing(error)) throw error;
    }
  }
  if (last === undefined) throw holdsNowhere(request);
  yield { ...last, position: { offsets } };
}

/** Pages of one process after the other; the token says of which, so that a page may end before it is full. */
async function page(of: QueryMembers, request: ListRequest): Promise<ListResponse> {
  const members = holders(of, request);
  const [, digits, pageToken = ''] = /^(\d+)\.(.*)$/.exec(request.pageToken) ?? [];
  if (request.pageToken !== '' && digits === undefined) {
    throw fieldError('BAD_PAGE_TOKEN', 'page_token', 'page_token belongs to another request, or is none');
  }
  let reached = false;
  for (let index = Number(digits ?? 0); index < members.length; index++) {
    const token = index === Number(digits ?? 0) ? pageToken : '';
    const answer = await members[index]?.list({ ...request, pageToken: token }).catch((error: unknown) => {
      if (holdsNothing(error)) return undefined;
      throw error;
    });
    if (!answer) continue;
    reached = true;
    const next = answer.nextPageToken === '' ? index + 1 : index;
    const nextPageToken = next < members.length ? `${next}.${answer.nextPageToken}` : '';
    if (answer.records.length > 0 || nextPageToken === '') return { ...answer, nextPageToken };
  }
  if (reached) return { records: [], nextPageToken: '', position: undefined };
  throw holdsNowhere(request);
}

function holdsNowhere({ store }: Pick<StoreRequest, 'store'>): MillraceError {
  return storeUnavailableError('NOT_ACTIVE', store, `no task with store "${store}" runs here yet`);
}

function isUnavailable(error: unknown): error is MillraceError {
  return error instanceof MillraceError && error.kind === 'unavailable';
}

/** A process without a task of a store says so. */
function holdsNothing(error: unknown): boolean {
  return isUnavailable(error) && error.code === 'NOT_ACTIVE';
}
