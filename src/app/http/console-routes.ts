import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ConsoleAssets } from '../../console/console-assets.js';
import { FOR_ALL } from './route-roles.js';

/** Its own files and its own API, nothing inline, in nobody's frame. */
const CONTENT_SECURITY_POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The web console: its page at `/`, the page's files under `/console/`. */
export function addConsoleRoutes(server: FastifyInstance, assets = new ConsoleAssets()): void {
  server.get('/', FOR_ALL, (request, reply) => send(assets, 'index.html', request, reply));
  server.get<{ Params: { file: string } }>('/console/:file', FOR_ALL, (request, reply) =>
    send(assets, request.params.file, request, reply),
  );
}

async function send(
  assets: ConsoleAssets,
  name: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const asset = await assets.get(name);
  if (!asset) {
    reply.callNotFound();
    return reply;
  }
  reply.headers({
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache', // asked for again each time, and answered in a line while it is the same
    etag: asset.etag,
    vary: 'accept-encoding',
  });
  if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
  reply.type(asset.contentType);
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(asset.bytes);
  return reply.header('content-encoding', 'gzip').send(asset.gzipped);
}
