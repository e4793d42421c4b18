import type { RequestCodec } from '../request-codec.js';

/*
 * EndTxn (key 26), versions 3 to 5. Version 5 raises the producer's epoch with every transaction and says so in its
 * answer (KIP-890), so it is only for clusters with transaction.version 2.
 *
 * Request  => transactional_id STRING, producer_id INT64, producer_epoch INT16, committed BOOLEAN
 * Response => throttle_time_ms INT32, error_code INT16; from version 5 producer_id INT64, producer_epoch INT16
 */
export const endTxn: RequestCodec<'EndTxn'> = {
  apiKey: 26,
  minVersion: 3,
  maxVersion: 5,
  maxVersionBeforeTransactionV2: 4,
  encode(writer, { transactionalId, producerId, producerEpoch, committed }) {
    writer.string(transactionalId).bigint64(producerId).int16(producerEpoch).boolean(committed).endStruct();
  },
  decode(reader, version, { producerId, producerEpoch }) {
    reader.int32();
    const errorCode = reader.int16();
    if (version < 5 || errorCode !== 0) return { errorCode, producerId, producerEpoch };
    return { errorCode, producerId: reader.bigint64(), producerEpoch: reader.int16() };
  },
};
