import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { FOR_ADMINS } from './route-roles.js';
import type { ExportedRow } from '../state-export/exported-row.js';

/** The rows of a store of an application that runs here, as they stand in a file. */
export type RowsOf = (applicationId: string, store: string, raw: boolean) => AsyncIterable<ExportedRow>;

/**
 * What `millrace state export` asks a process with an embedded log:
 *
 *     GET /api/state/:application/stores/:store/rows?raw=true   JSON lines
 */
export function addExportRoute(server: FastifyInstance, rowsOf: RowsOf): void {
  server.get<{ Params: { application: string; store: string }; Querystring: { raw?: string } }>(
    '/api/state/:application/stores/:store/rows',
    FOR_ADMINS,
    async ({ params, query }, reply) => {
      const rows = rowsOf(params.application, params.store, query.raw === 'true')[Symbol.asyncIterator]();
      const first = await rows.next(); // before the head is sent, so that an error has its own status
      return reply.type('application/x-ndjson').send(Readable.from(lines(first, rows)));
    },
  );
}

async function* lines(
  first: IteratorResult<ExportedRow>,
  rest: AsyncIterator<ExportedRow>,
): AsyncGenerator<string, void> {
  for (let next = first; next.done !== true; next = await rest.next()) yield `${JSON.stringify(next.value)}\n`;
}
