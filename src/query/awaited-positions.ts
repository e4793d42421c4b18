import { TaskPlan } from '../runtime/assignment/task-plan.js';
import type { Clock } from '../util/time.js';
import { DEFAULT_TIMEOUT_MS, type Call } from './call.js';
import type { TopicPartitionOffset } from './gen/millrace/query/v1/record.js';
import { notSupported, notUpToBound } from './query-errors.js';
import { isolationOf, scopeOf } from './read-plan.js';
import type { ReadableApplication } from './readable-application.js';
import type { StateQueries } from './state-queries.js';
import { aroundReads, type StoreRequest } from './store-reads.js';
import type { StoreCatalog } from './store-catalog.js';

/** How often it is looked whether a commit has reached a bound: far more often than commits come. */
const POLL_MS = 10;

/**
 * Queries that wait until what they read includes the input offsets of `options.min_position`, as far as these are of inputs
 * of the tasks that are read.
 * @throws MillraceError `NOT_UP_TO_BOUND` at the deadline of the call
 */
export function awaitingPositions(queries: StateQueries, catalog: StoreCatalog, clock: Clock): StateQueries {
  const unary =
    <Q extends StoreRequest, A>(query: (request: Q, call?: Call) => Promise<A>) =>
    async (request: Q, call?: Call): Promise<A> => {
      await untilReached(catalog, request, call, clock);
      return query(request, call);
    };
  const stream = <Q extends StoreRequest, M>(query: (request: Q, call?: Call) => AsyncIterable<M>) =>
    async function* (request: Q, call?: Call): AsyncGenerator<M> {
      await untilReached(catalog, request, call, clock);
      yield* query(request, call);
    };
  return aroundReads(queries, { unary, stream });
}

async function untilReached(
  catalog: StoreCatalog,
  request: StoreRequest,
  call: Call | undefined,
  clock: Clock,
): Promise<void> {
  const bounds = request.options?.minPosition?.offsets ?? [];
  if (bounds.length === 0) return;
  const { application } = catalog.store(request);
  refuseOthersInputs(application, request.store, bounds);
  const deadlineMs = call?.deadlineMs ?? clock.nowMs() + DEFAULT_TIMEOUT_MS;
  for (;;) {
    const behind = await firstBehind(application, request, bounds, call);
    if (behind === undefined) return;
    const { topic, partition, offset, at } = behind;
    if (clock.nowMs() + POLL_MS > deadlineMs) throw notUpToBound(topic, partition, at, offset);
    await clock.sleep(POLL_MS, call?.signal);
    if (call?.signal?.aborted === true) throw notUpToBound(topic, partition, at, offset);
  }
}

/** A bound that would not be waited for is refused. @throws MillraceError `QUERY_NOT_SUPPORTED` */
function refuseOthersInputs(
  { id, topology }: ReadableApplication,
  store: string,
  bounds: readonly TopicPartitionOffset[],
): void {
  const sub = topology.subTopologies.find(({ stores }) => stores.some(({ name }) => name === store));
  const asked = bounds.map(({ topic }) => topic);
  const read = sub === undefined ? [] : new TaskPlan(id, topology).sourceTopics(sub, asked);
  const other = asked.find((topic) => !read.includes(topic));
  if (other === undefined) return;
  throw notSupported(`options.min_position on topic "${other}", which the tasks of store "${store}" do not read,`);
}

/** A bound that is not reached by the task that reads its partition, and how far that is. */
async function firstBehind(
  application: ReadableApplication,
  { store, options }: StoreRequest,
  bounds: readonly TopicPartitionOffset[],
  call: Call | undefined,
): Promise<(TopicPartitionOffset & { readonly at: number }) | undefined> {
  const parts = await application.partitions(store, isolationOf(options), scopeOf(options, call));
  for (const { taskId } of parts) {
    const positions = application.inputPositions(taskId);
    for (const bound of bounds) {
      if (!reads(application, taskId, bound)) continue;
      const at = positions.get(`${bound.topic}-${bound.partition}`) ?? 0;
      if (at < bound.offset) return { ...bound, at };
    }
  }
  return undefined;
}

function reads(application: ReadableApplication, taskId: string, { topic, partition }: TopicPartitionOffset): boolean {
  const task = application.tasks().find(({ id }) => id === taskId);
  return task?.inputs.some((input) => input.topic === topic && input.partition === partition) ?? false;
}
