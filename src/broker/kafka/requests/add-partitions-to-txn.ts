import { readErrorsByTopic, writePartitionNumbers, type RequestCodec } from '../request-codec.js';

/*
 * AddPartitionsToTxn (key 24), version 3: the last for clients (4 and later are for brokers among themselves). Only for
 * clusters with transaction.version below 2.
 *
 * Request  => transactional_id STRING, producer_id INT64, producer_epoch INT16, [topics]
 *               topics => name STRING, partitions [INT32]
 * Response => throttle_time_ms INT32, [results]
 *               results => name STRING, [partition_results]
 *               partition_results => partition_index INT32, error_code INT16
 */
export const addPartitionsToTxn: RequestCodec<'AddPartitionsToTxn'> = {
  apiKey: 24,
  minVersion: 3,
  maxVersion: 3,
  encode(writer, { transactionalId, producerId, producerEpoch, partitions }) {
    writer.string(transactionalId).bigint64(producerId).int16(producerEpoch);
    writePartitionNumbers(writer, partitions);
    writer.endStruct();
  },
  decode(reader) {
    reader.int32();
    return { partitions: readErrorsByTopic(reader) };
  },
};
