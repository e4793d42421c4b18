import type { ApiName, RequestOf } from '../client/protocol.js';
import type { RequestCodec } from './request-codec.js';
import { API_VERSIONS_KEY, API_VERSIONS_VERSION, encodeApiVersions } from './requests/api-versions.js';
import { WireWriter } from './wire-writer.js';

/*
 * Request, header version 2:
 *
 *   0 int32  length of the rest
 *   4 int16  API key
 *   6 int16  API version
 *   8 int32  correlation id, filled in by the connection that sends it
 *  12 string client id (int16 length), tagged fields = 0
 *     body
 *
 * Response, header version 1: int32 length, int32 correlation id, tagged fields, body.
 */

const HEADER_ROOM_BYTES = 64;

/** A whole request, ready for a socket. */
export function frameRequest<A extends ApiName>(
  codec: RequestCodec<A>,
  version: number,
  clientId: string,
  message: RequestOf<A>,
): Buffer {
  const writer = startFrame(codec.apiKey, version, clientId, codec.sizeHint?.(message));
  codec.encode(writer, message, version);
  return finishFrame(writer);
}

/** The first request on every connection. */
export function frameApiVersions(clientId: string): Buffer {
  const writer = startFrame(API_VERSIONS_KEY, API_VERSIONS_VERSION, clientId);
  encodeApiVersions(writer);
  return finishFrame(writer);
}

function startFrame(apiKey: number, version: number, clientId: string, bodyBytes = 256): WireWriter {
  const writer = new WireWriter(HEADER_ROOM_BYTES + clientId.length + bodyBytes);
  return writer.int32(0).int16(apiKey).int16(version).int32(0).shortString(clientId).endStruct();
}

function finishFrame(writer: WireWriter): Buffer {
  const frame = writer.finish();
  frame.writeInt32BE(frame.length - 4, 0);
  return frame;
}
