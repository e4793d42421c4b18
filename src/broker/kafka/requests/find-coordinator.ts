import type { FindCoordinatorResponse } from '../../client/protocol.js';
import type { RequestCodec } from '../request-codec.js';

/*
 * FindCoordinator (key 10), version 3: one key a request.
 *
 * Request  => key STRING, key_type INT8 (0 group, 1 transaction)
 * Response => throttle_time_ms INT32, error_code INT16, error_message STRING?, node_id INT32, host STRING, port INT32
 */
export const findCoordinator: RequestCodec<'FindCoordinator'> = {
  apiKey: 10,
  minVersion: 3,
  maxVersion: 3,
  encode(writer, { key, keyType }) {
    writer
      .string(key)
      .int8(keyType === 'group' ? 0 : 1)
      .endStruct();
  },
  decode(reader): Coordinator {
    reader.int32();
    return {
      errorCode: reader.int16(),
      errorMessage: reader.nullableString(),
      nodeId: reader.int32(),
      host: reader.string(),
      port: reader.int32(),
    };
  },
};

/** The answer with the coordinator's address, from which the transport learns. */
export interface Coordinator extends FindCoordinatorResponse {
  readonly host: string;
  readonly port: number;
}
