import type { Clock } from '../../util/time.js';

/** A server-sent event. */
export interface ServerSentEvent {
  /** Left out: only the id is taken note of, and nothing is dispatched. */
  readonly event?: string;
  /** JSON. */
  readonly data?: unknown;
  /** What a browser sends as Last-Event-ID when it connects again. */
  readonly id?: string;
}

/** How often a line is sent while nothing happens, so that nobody on the way takes the connection for dead. */
const HEARTBEAT_MS = 15_000;
const HEARTBEAT = ':\n\n';

/** Events as `text/event-stream`, with a comment whenever nothing happens. */
export async function* eventStream(events: AsyncIterator<ServerSentEvent>, clock: Clock): AsyncGenerator<string> {
  try {
    for (;;) {
      const next = events.next();
      let event = await within(next, clock);
      while (event === undefined) {
        yield HEARTBEAT;
        event = await within(next, clock);
      }
      if (event.done === true) return;
      yield frame(event.value);
    }
  } finally {
    await events.return?.();
  }
}

function frame({ event, data, id }: ServerSentEvent): string {
  const lines = [
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...(data === undefined ? [] : [`data: ${JSON.stringify(data)}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
  ];
  return `${lines.join('\n')}\n\n`;
}

/** What comes in time, else undefined. */
async function within<T>(coming: Promise<T>, clock: Clock): Promise<T | undefined> {
  const came = new AbortController();
  const silence = clock.sleep(HEARTBEAT_MS, came.signal).then(() => undefined);
  try {
    return await Promise.race([coming, silence]);
  } finally {
    came.abort();
  }
}
