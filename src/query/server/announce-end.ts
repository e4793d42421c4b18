import { constants, type Http2Session } from 'node:http2';
import type { Server } from '@grpc/grpc-js';

/** In RFC 9113, 6.8: no stream is above it, so that no call under way is refused. */
const EVERY_STREAM = 2 ** 31 - 1;

/**
 * Tells every client that the server is about to end, so that it begins no more calls on its connections. Node takes none that
 * arrives after it has sent this; when the session closes they are refused, which clients may send again.
 */
export function announceEnd(server: Server): void {
  const { sessions } = server as unknown as { readonly sessions?: ReadonlyMap<Http2Session, unknown> }; // as: a private field of grpc-js
  const open = [...(sessions?.keys() ?? [])].filter(({ closed, destroyed }) => !closed && !destroyed);
  for (const session of open) session.goaway(constants.NGHTTP2_NO_ERROR, EVERY_STREAM);
}
