import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { eventStream, type ServerSentEvent } from './event-stream.js';
import { goneSignal } from './gone-signal.js';
import { keyOf, type RestOptions } from './rest-routes.js';
import { takenInTime } from './taken-in-time.js';

const WATCH = 'millrace.query.v1.StateQueryService/Watch';

type Query = Readonly<Record<string, string | undefined>>;

/** Names of the events, by the field of the response that has them. */
const EVENTS = { change: 'change', snapshotEnd: 'snapshot-end', overflow: 'overflow' } as const;

/**
 * A watch as server-sent events, for browsers:
 *
 *     GET /api/stores/:store/watch    Watch   ?key= &prefix= &snapshot=true &raw=true &cursor= (or the header Last-Event-ID)
 *
 * Events are `change`, `snapshot-end` and `overflow`; their data is the event as proto JSON, their id the cursor. The client
 * is sent no more than it takes; what waits for it is bounded as for any other watch.
 */
export function addWatchRoute(server: FastifyInstance, { methods, clock, protection }: RestOptions): void {
  const method = methods.find(({ path }) => path === WATCH);
  if (method === undefined) return;
  server.get<{ Querystring: Query; Params: { readonly store: string } }>(
    '/api/stores/:store/watch',
    async ({ query, params, headers, caller }, reply) => {
      const lastEventId = headers['last-event-id'];
      const cursor = typeof lastEventId === 'string' ? lastEventId : query.cursor;
      const watch = method.call(toRequest(params.store, query, cursor), caller, goneSignal(reply));
      const responses = watch[Symbol.asyncIterator]();
      // Awaited before the head is sent, so that an error of the request has its own status.
      const first = await responses.next();
      void reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no').type('text/event-stream');
      const events = eventStream(eventsOf(first, responses), clock);
      const taken = takenInTime(events, protection.limits.slowReaderTimeoutMs, clock, () => reply.raw.destroy());
      return reply.send(Readable.from(taken));
    },
  );
}

function toRequest(store: string, query: Query, cursor: string | undefined): object {
  const { application, key, prefix } = query;
  return {
    ...{ application, store, prefix },
    key: keyOf(query, key),
    snapshot: query.snapshot === 'true',
    raw: query.raw === 'true',
    ...(cursor !== undefined && { resumeFrom: { token: Buffer.from(cursor, 'base64url').toString('base64') } }),
  };
}

async function* eventsOf(
  first: IteratorResult<unknown>,
  rest: AsyncIterator<unknown>,
): AsyncGenerator<ServerSentEvent, void> {
  try {
    for (let next = first; next.done !== true; next = await rest.next()) yield toEvent(next.value as WatchJson); // of the method
  } finally {
    await rest.return?.();
  }
}

/** A WatchResponse as proto JSON. */
interface WatchJson {
  readonly change?: unknown;
  readonly snapshotEnd?: unknown;
  readonly overflow?: unknown;
  readonly cursor?: { readonly token: string };
}

function toEvent(response: WatchJson): ServerSentEvent {
  const { cursor } = response;
  const id = cursor && Buffer.from(cursor.token, 'base64').toString('base64url');
  for (const field of ['change', 'snapshotEnd', 'overflow'] as const)
    if (response[field] !== undefined) return { event: EVENTS[field], data: response[field], id };
  return { id };
}
