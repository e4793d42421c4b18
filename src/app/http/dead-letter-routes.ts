import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { DeadLetterQueue } from '../dead-letters/dead-letter-queue.js';
import type { PurgeRequest } from '../dead-letters/purge.js';
import type { RedriveRequest } from '../dead-letters/redrive.js';

interface Topic {
  readonly topic: string;
}

/**
 * What `millrace dlq` asks a process with an embedded log:
 *
 *     GET  /api/dead-letters/:topic?where=FIELD=VALUE     JSON lines
 *     GET  /api/dead-letters/:topic/:partition/:offset
 *     POST /api/dead-letters/:topic/redrive               {"where": [], "to": "topic", "execute": true}
 *     POST /api/dead-letters/:topic/purge                 {"before": "OFFSET or TIME", "execute": true}
 */
export function addDeadLetterRoutes(server: FastifyInstance, queue: DeadLetterQueue): void {
  const path = '/api/dead-letters/:topic';
  server.get<{ Params: Topic; Querystring: { where?: string | string[] } }>(path, async (request, reply) => {
    const letters = queue.list(request.params.topic, [request.query.where ?? []].flat())[Symbol.asyncIterator]();
    const first = await letters.next(); // before the head is sent, so that an error has its own status
    return reply.type('application/x-ndjson').send(Readable.from(lines(first, letters)));
  });
  server.get<{ Params: Topic & { partition: string; offset: string } }>(
    `${path}/:partition/:offset`,
    ({ params: { topic, partition, offset } }) => queue.show(topic, Number(partition), Number(offset)),
  );
  server.post<{ Params: Topic; Body: Partial<RedriveRequest> }>(`${path}/redrive`, ({ params, body }) =>
    queue.redrive(params.topic, { where: body.where ?? [], to: body.to, execute: body.execute === true }),
  );
  server.post<{ Params: Topic; Body: Partial<PurgeRequest> }>(`${path}/purge`, ({ params, body }) =>
    queue.purge(params.topic, { before: body.before ?? '', execute: body.execute === true }),
  );
}

async function* lines(first: IteratorResult<unknown>, rest: AsyncIterator<unknown>): AsyncGenerator<string> {
  for (let next = first; !next.done; next = await rest.next()) yield `${JSON.stringify(next.value)}\n`;
}
