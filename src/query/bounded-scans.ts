import { quotaExceeded } from './access/access-errors.js';
import type { Call } from './call.js';
import type { StateQueries } from './state-queries.js';

/**
 * Queries whose streams end with `QUOTA` when they would give more rows than that: ending them quietly would pass for all
 * there is. Whoever wants more asks `List` page by page, or for less.
 */
export function boundedScans<Q extends StateQueries>(queries: Q, maxRows: number | undefined): Q {
  if (maxRows === undefined) return queries;
  const { range, fetchWindows, fetchSessions, listVersions } = queries;
  return {
    ...queries,
    range: bounded(range, (message) => message.records, maxRows),
    fetchWindows: bounded(fetchWindows, (message) => message.windows, maxRows),
    fetchSessions: bounded(fetchSessions, (message) => message.sessions, maxRows),
    listVersions: bounded(listVersions, (message) => message.versions, maxRows),
  };
}

function bounded<Request, Message>(
  scan: (request: Request, call?: Call) => AsyncIterable<Message>,
  rowsOf: (message: Message) => readonly unknown[],
  maxRows: number,
): (request: Request, call?: Call) => AsyncGenerator<Message> {
  return async function* (request, call) {
    let rows = 0;
    for await (const message of scan(request, call)) {
      rows += rowsOf(message).length;
      if (rows > maxRows) throw quotaExceeded('rows of one scan', maxRows, 0);
      yield message;
    }
  };
}
