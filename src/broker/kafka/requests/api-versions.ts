import type { WireReader } from '../wire-reader.js';
import type { WireWriter } from '../wire-writer.js';

/*
 * ApiVersions (key 18), version 3. Its response has header version 0 in every version, so that any client can read it.
 *
 * Request  => client_software_name STRING, client_software_version STRING
 * Response => error_code INT16, [api_keys], throttle_time_ms INT32, tagged fields:
 *               api_keys => api_key INT16, min_version INT16, max_version INT16
 *               tag 1: finalized_features_epoch INT64
 *               tag 2: [finalized_features] => name STRING, max_version_level INT16, min_version_level INT16
 */

export const API_VERSIONS_KEY = 18;
export const API_VERSIONS_VERSION = 3;

const FINALIZED_FEATURES_TAG = 2;

export interface ApiVersionsResponse {
  readonly errorCode: number;
  /** By API key. */
  readonly ranges: ReadonlyMap<number, { readonly minVersion: number; readonly maxVersion: number }>;
  /** Finalized level by feature name. */
  readonly features: ReadonlyMap<string, number>;
}

export function encodeApiVersions(writer: WireWriter): void {
  writer.string('millrace').string('0.1').endStruct();
}

export function decodeApiVersions(reader: WireReader): ApiVersionsResponse {
  const errorCode = reader.int16();
  const ranges = new Map<number, { minVersion: number; maxVersion: number }>();
  reader.array(() => {
    ranges.set(reader.int16(), { minVersion: reader.int16(), maxVersion: reader.int16() });
    reader.endStruct();
  });
  reader.int32();
  const features = new Map<string, number>();
  reader.tags((tag, field) => {
    if (tag === FINALIZED_FEATURES_TAG) readFeatures(field, features);
  });
  return { errorCode, ranges, features };
}

function readFeatures(reader: WireReader, features: Map<string, number>): void {
  reader.array(() => {
    const name = reader.string();
    features.set(name, reader.int16());
    reader.int16();
    reader.endStruct();
  });
}
