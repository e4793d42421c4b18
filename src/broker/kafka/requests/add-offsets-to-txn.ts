import type { RequestCodec } from '../request-codec.js';

/*
 * AddOffsetsToTxn (key 25), versions 3 and 4 (which may answer TRANSACTION_ABORTABLE). Only for clusters with
 * transaction.version below 2.
 *
 * Request  => transactional_id STRING, producer_id INT64, producer_epoch INT16, group_id STRING
 * Response => throttle_time_ms INT32, error_code INT16
 */
export const addOffsetsToTxn: RequestCodec<'AddOffsetsToTxn'> = {
  apiKey: 25,
  minVersion: 3,
  maxVersion: 4,
  encode(writer, { transactionalId, producerId, producerEpoch, groupId }) {
    writer.string(transactionalId).bigint64(producerId).int16(producerEpoch).string(groupId).endStruct();
  },
  decode(reader) {
    reader.int32();
    return { errorCode: reader.int16() };
  },
};
