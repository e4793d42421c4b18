import { readByTopic, readStructs, writeByTopic, type RequestCodec } from '../request-codec.js';

/*
 * Fetch (key 1), version 12: the last that names topics (13 and later take ids), and the one that Kafka 2.7 to 4.3 share.
 * Full fetches without a session: what is asked for changes with every poll.
 *
 * Request  => replica_id INT32 = -1, max_wait_ms INT32, min_bytes INT32, max_bytes INT32, isolation_level INT8,
 *             session_id INT32 = 0, session_epoch INT32 = -1, [topics], [forgotten_topics] = none, rack_id STRING
 *               topics => topic STRING, [partitions]
 *               partitions => partition INT32, current_leader_epoch INT32, fetch_offset INT64,
 *                             last_fetched_epoch INT32 = -1, log_start_offset INT64 = -1, partition_max_bytes INT32
 * Response => throttle_time_ms INT32, error_code INT16, session_id INT32, [responses]
 *               responses => topic STRING, [partitions]
 *               partitions => partition_index INT32, error_code INT16, high_watermark INT64, last_stable_offset INT64,
 *                             log_start_offset INT64, [aborted_transactions]?, preferred_read_replica INT32,
 *                             records BYTES?
 *               aborted_transactions => producer_id INT64, first_offset INT64
 */
export const fetch: RequestCodec<'Fetch'> = {
  apiKey: 1,
  minVersion: 12,
  maxVersion: 12,
  encode(writer, { isolation, maxWaitMs, minBytes, maxBytes, partitions }) {
    writer.int32(-1).int32(maxWaitMs).int32(minBytes).int32(maxBytes);
    writer.int8(isolation === 'read_committed' ? 1 : 0);
    writer.int32(0).int32(-1);
    writeByTopic(writer, partitions, (partition) => {
      writer.int32(partition.partition).int32(partition.currentLeaderEpoch).int64(partition.fetchOffset);
      writer.int32(-1).int64(-1).int32(partition.maxBytes);
    });
    writer.array([], () => undefined);
    writer.string('').endStruct();
  },
  decode(reader) {
    reader.int32();
    const errorCode = reader.int16();
    reader.int32();
    const partitions = readByTopic(reader, (topic) => {
      const head = {
        partition: reader.int32(),
        errorCode: reader.int16(),
        highWatermark: reader.int64(),
        lastStableOffset: reader.int64(),
        logStartOffset: reader.int64(),
        abortedTransactions: readStructs(reader, () => ({
          producerId: reader.bigint64(),
          firstOffset: reader.int64(),
        })),
      };
      reader.int32();
      return { topic, ...head, records: reader.byteString() };
    });
    return { errorCode, partitions };
  },
};
