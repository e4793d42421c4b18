import { constants, type Http2Stream } from 'node:http2';
import type { ServerWritableStream } from '@grpc/grpc-js';

/**
 * Ends a call whose messages its client does not take, so that what is buffered for it is freed: a status would have to wait
 * behind them for ever. A reach into grpc-js, whose calls have no such method: its call, the interceptors' calls,
 * and below them the HTTP/2 stream. Does nothing when they look otherwise.
 */
export function resetStream<Request, Response>(call: ServerWritableStream<Request, Response>): void {
  let part = memberOf(call, 'call');
  for (let next = memberOf(part, 'nextCall'); next !== undefined; next = memberOf(next, 'nextCall')) part = next;
  const stream = memberOf(part, 'stream');
  if (isStream(stream)) stream.close(constants.NGHTTP2_CANCEL);
}

function isStream(part: object | undefined): part is Pick<Http2Stream, 'close'> {
  return part !== undefined && 'close' in part && typeof part.close === 'function';
}

function memberOf(part: object | undefined, name: string): object | undefined {
  const member: unknown = part === undefined ? undefined : Reflect.get(part, name);
  return typeof member === 'object' && member !== null ? member : undefined;
}
