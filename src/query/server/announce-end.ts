import { constants, type Http2Session } from 'node:http2';
import type { Server } from '@grpc/grpc-js';

/** In RFC 9113, 6.8: no stream is above it, so that none which a client has opened meanwhile is refused. */
const EVERY_STREAM = 2 ** 31 - 1;

/**
 * Tells every client that the server is about to end: on its connections no more calls are begun, and those that are on their way
 * are still answered. grpc-js itself only closes, which refuses what has been sent and has not arrived yet.
 * @returns whether anybody was told
 */
export function announceEnd(server: Server): boolean {
  const { sessions } = server as unknown as { readonly sessions?: ReadonlyMap<Http2Session, unknown> }; // as: a private field of grpc-js
  const open = [...(sessions?.keys() ?? [])].filter(({ closed, destroyed }) => !closed && !destroyed);
  for (const session of open) session.goaway(constants.NGHTTP2_NO_ERROR, EVERY_STREAM);
  return open.length > 0;
}
