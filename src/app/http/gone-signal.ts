import type { FastifyReply } from 'fastify';

/** Aborted when the client of an answer has gone, or has all of it. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    gone.abort();
  });
  return gone.signal;
}
