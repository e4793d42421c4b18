import type { Socket } from 'node:net';

/**
 * The HTTP/2 frame GOAWAY (RFC 9113, 6.8), NO_ERROR, whose last stream is the highest there is: no more calls are to be begun, and
 * none that was is refused.
 */
const GOING_AWAY = Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

/**
 * Tells the client of a connection that the server is about to end: it begins no more calls, and those that are on their way are
 * still answered. The frame goes past Node's HTTP/2 session, which takes no new stream once it has sent a GOAWAY of its own, whatever
 * that says; the session writes whole frames, so that this one comes between two of them.
 */
export function announceEnd(connection: Socket): void {
  if (connection.writable) connection.write(GOING_AWAY);
}
