import { SchemaPendingError } from '../serde/registry/schema-registry-error.js';
import type { Clock } from '../util/time.js';
import type { Call } from './call.js';
import type { StateQueries } from './state-queries.js';
import { aroundReads } from './store-reads.js';

/** How long an answer waits for a schema. Then it is UNAVAILABLE, while the registry goes on being asked. */
const WAIT_MS = 5_000;

/**
 * Queries that wait for the schemas of what they read, where these were not met before. A stream waits before its first
 * message only: later it ends as UNAVAILABLE, since what was sent cannot be told from what a new scan would see.
 */
export function awaitingSchemas(queries: StateQueries, clock: Clock): StateQueries {
  const unary =
    <Q, A>(query: (request: Q, call?: Call) => Promise<A>) =>
    (request: Q, call?: Call): Promise<A> =>
      retried(() => query(request, call), clock);
  const stream =
    <Q, M>(query: (request: Q, call?: Call) => AsyncIterable<M>) =>
    (request: Q, call?: Call): AsyncIterable<M> =>
      streamed(() => query(request, call), clock);
  return aroundReads(queries, { unary, stream });
}

async function* streamed<M>(query: () => AsyncIterable<M>, clock: Clock): AsyncGenerator<M> {
  const [first, messages] = await retried(async () => {
    const iterator = query()[Symbol.asyncIterator]();
    return [await iterator.next(), iterator] as const;
  }, clock);
  try {
    for (let next = first; !next.done; next = await messages.next()) yield next.value;
  } finally {
    await messages.return?.();
  }
}

async function retried<T>(ask: () => Promise<T>, clock: Clock): Promise<T> {
  const endMs = clock.monotonicMs() + WAIT_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof SchemaPendingError)) throw error;
      const arrived = await within(endMs - clock.monotonicMs(), error.arrived, clock);
      if (!arrived) throw error;
    }
  }
}

function within(ms: number, arrived: Promise<void>, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(Math.max(0, ms), () => {
      resolve(false);
    });
    void arrived.then(() => {
      cancel();
      resolve(true);
    });
  });
}
