import type { RequestCodec } from '../request-codec.js';

/*
 * InitProducerId (key 22), versions 4 and 5. Version 4 tells PRODUCER_FENCED from INVALID_PRODUCER_EPOCH.
 *
 * Request  => transactional_id STRING?, transaction_timeout_ms INT32, producer_id INT64, producer_epoch INT16
 * Response => throttle_time_ms INT32, error_code INT16, producer_id INT64, producer_epoch INT16
 */
export const initProducerId: RequestCodec<'InitProducerId'> = {
  apiKey: 22,
  minVersion: 4,
  maxVersion: 5,
  encode(writer, { transactionalId, transactionTimeoutMs, producerId, producerEpoch }) {
    writer.string(transactionalId).int32(transactionTimeoutMs).bigint64(producerId).int16(producerEpoch).endStruct();
  },
  decode(reader) {
    reader.int32();
    return { errorCode: reader.int16(), producerId: reader.bigint64(), producerEpoch: reader.int16() };
  },
};
