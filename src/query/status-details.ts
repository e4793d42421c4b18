import type { Any } from './gen/google/protobuf/any.js';
import { BadRequest, ErrorInfo, ResourceInfo, RetryInfo } from './gen/google/rpc/error_details.js';
import { Status } from './gen/google/rpc/status.js';
import { toDuration } from './timestamps.js';

/** The bytes of `grpc-status-details-bin`. */
export function encodeStatus(code: number, message: string, details: readonly Any[]): Buffer {
  return Buffer.from(Status.encode({ code, message, details }).finish());
}

/** Why, for programs: a stable reason, and every changing part of the message. */
export function errorInfo(reason: string, domain: string, metadata: Readonly<Record<string, string>>): Any {
  return packed('ErrorInfo', ErrorInfo.encode({ reason, domain, metadata }).finish());
}

/** How long to wait before asking again. */
export function retryInfo(delayMs: number): Any {
  return packed('RetryInfo', RetryInfo.encode({ retryDelay: toDuration(delayMs) }).finish());
}

/** Which field of the request is wrong. */
export function badRequest(field: string, description: string): Any {
  return packed('BadRequest', BadRequest.encode({ fieldViolations: [{ field, description }] }).finish());
}

/** What was not found. */
export function resourceInfo(resourceType: string, resourceName: string, description: string): Any {
  return packed('ResourceInfo', ResourceInfo.encode({ resourceType, resourceName, owner: '', description }).finish());
}

function packed(type: string, value: Uint8Array): Any {
  return { typeUrl: `type.googleapis.com/google.rpc.${type}`, value: Buffer.from(value) };
}
