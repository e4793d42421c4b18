import { BinaryWriter } from '@bufbuild/protobuf/wire';

/*
 * google.rpc.Status and the details of AIP-193, written by hand: four small messages of fixed layout.
 *
 *     Status      { int32 code = 1; string message = 2; repeated Any details = 3 }
 *     Any         { string type_url = 1; bytes value = 2 }
 *     ErrorInfo   { string reason = 1; string domain = 2; map<string, string> metadata = 3 }
 *     RetryInfo   { Duration retry_delay = 1 }
 *     BadRequest  { repeated { string field = 1; string description = 2 } field_violations = 1 }
 *     ResourceInfo{ string resource_type = 1; string resource_name = 2; string owner = 3; string description = 4 }
 */

/** One detail of a status: a message of package google.rpc. */
export interface StatusDetail {
  readonly type: 'ErrorInfo' | 'RetryInfo' | 'BadRequest' | 'ResourceInfo';
  readonly bytes: Uint8Array;
}

/** The bytes of `grpc-status-details-bin`. */
export function encodeStatus(code: number, message: string, details: readonly StatusDetail[]): Buffer {
  const writer = new BinaryWriter().uint32(8).int32(code).uint32(18).string(message);
  for (const { type, bytes } of details) {
    writer.uint32(26).fork().uint32(10).string(`type.googleapis.com/google.rpc.${type}`).uint32(18).bytes(bytes).join();
  }
  return Buffer.from(writer.finish());
}

/** Why, for programs: a stable reason, and every changing part of the message. */
export function errorInfo(reason: string, domain: string, metadata: Readonly<Record<string, string>>): StatusDetail {
  const writer = new BinaryWriter().uint32(10).string(reason).uint32(18).string(domain);
  for (const [name, value] of Object.entries(metadata)) {
    writer.uint32(26).fork().uint32(10).string(name).uint32(18).string(value).join();
  }
  return { type: 'ErrorInfo', bytes: writer.finish() };
}

/** How long to wait before asking again. */
export function retryInfo(delayMs: number): StatusDetail {
  const writer = new BinaryWriter().uint32(10).fork();
  writer.uint32(8).int64(Math.floor(delayMs / 1_000));
  writer.uint32(16).int32((delayMs % 1_000) * 1_000_000);
  return { type: 'RetryInfo', bytes: writer.join().finish() };
}

/** Which field of the request is wrong. */
export function badRequest(field: string, description: string): StatusDetail {
  const writer = new BinaryWriter().uint32(10).fork();
  writer.uint32(10).string(field).uint32(18).string(description);
  return { type: 'BadRequest', bytes: writer.join().finish() };
}

/** What was not found. */
export function resourceInfo(type: string, name: string, description: string): StatusDetail {
  const writer = new BinaryWriter().uint32(10).string(type).uint32(18).string(name).uint32(34).string(description);
  return { type: 'ResourceInfo', bytes: writer.finish() };
}
