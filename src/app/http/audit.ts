import type { FastifyReply, FastifyRequest } from 'fastify';

/** Longest name of a thing in a line. */
const MAX_NAME = 200;

/** Who did what, from where, with which outcome; nothing of bodies, queries and tokens. */
export function auditLine(request: FastifyRequest, reply: FastifyReply): object {
  const names = Object.entries(request.params as Readonly<Record<string, string>>); // what stands in a path is text
  return {
    audit: {
      caller: request.caller.name,
      peer: request.ip,
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      ...Object.fromEntries(names.map(([name, value]) => [name, value.slice(0, MAX_NAME)])),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    },
  };
}
