import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { DeadLetterQueue } from '../dead-letters/dead-letter-queue.js';
import { invalid } from '../../util/errors.js';
import { FOR_ADMINS } from './route-roles.js';

const redrive = z.object({
  where: z.array(z.string()).default([]),
  to: z.string().optional(),
  execute: z.boolean().default(false),
});
const purge = z.object({ before: z.string().default(''), execute: z.boolean().default(false) });

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
  server.get<{ Params: Topic; Querystring: { where?: string | string[] } }>(
    path,
    FOR_ADMINS,
    async (request, reply) => {
      const letters = queue.list(request.params.topic, [request.query.where ?? []].flat())[Symbol.asyncIterator]();
      const first = await letters.next(); // before the head is sent, so that an error has its own status
      return reply.type('application/x-ndjson').send(Readable.from(lines(first, letters)));
    },
  );
  server.get<{ Params: Topic & { partition: string; offset: string } }>(
    `${path}/:partition/:offset`,
    FOR_ADMINS,
    ({ params: { topic, partition, offset } }) => queue.show(topic, Number(partition), Number(offset)),
  );
  server.post<{ Params: Topic }>(`${path}/redrive`, FOR_ADMINS, ({ params, body }) =>
    queue.redrive(params.topic, read(redrive, body)),
  );
  server.post<{ Params: Topic }>(`${path}/purge`, FOR_ADMINS, ({ params, body }) =>
    queue.purge(params.topic, read(purge, body)),
  );
}

function read<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  const [issue] = error.issues;
  const field = issue?.path.join('.') ?? '';
  throw invalid('REQUEST_MALFORMED', `the request is wrong: ${field}${field && ': '}${issue?.message ?? ''}`, {
    hint: 'Send JSON: { "where": [], "to": "topic", "execute": true }, { "before": "OFFSET or TIME", "execute": true }.',
  });
}

async function* lines(first: IteratorResult<unknown>, rest: AsyncIterator<unknown>): AsyncGenerator<string> {
  for (let next = first; !next.done; next = await rest.next()) yield `${JSON.stringify(next.value)}\n`;
}
