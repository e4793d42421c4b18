import { readStructs, type RequestCodec } from '../request-codec.js';
import type { WireReader } from '../wire-reader.js';

/*
 * Metadata (key 3), versions 11 and 12.
 *
 * Request  => [topics] | null for all, allow_auto_topic_creation BOOLEAN, include_topic_authorized_operations BOOLEAN
 *               topics => topic_id UUID, name STRING
 * Response => throttle_time_ms INT32, [brokers], cluster_id STRING?, controller_id INT32, [topics]
 *               brokers => node_id INT32, host STRING, port INT32, rack STRING?
 *               topics => error_code INT16, name STRING, topic_id UUID, is_internal BOOLEAN, [partitions],
 *                         topic_authorized_operations INT32
 *               partitions => error_code INT16, partition_index INT32, leader_id INT32, leader_epoch INT32,
 *                             replica_nodes [INT32], isr_nodes [INT32], offline_replicas [INT32]
 */
export const metadata: RequestCodec<'Metadata'> = {
  apiKey: 3,
  minVersion: 11,
  maxVersion: 12,
  encode(writer, { topics }) {
    writer.array(topics, (name) => {
      writer.noUuid().string(name).endStruct();
    });
    writer.boolean(false).boolean(false).endStruct();
  },
  decode(reader) {
    reader.int32();
    const brokers = readStructs(reader, () => {
      const broker = { nodeId: reader.int32(), host: reader.string(), port: reader.int32() };
      reader.nullableString();
      return broker;
    });
    const clusterId = reader.nullableString();
    const controllerId = reader.int32();
    const topics = readStructs(reader, () => {
      const topic = {
        errorCode: reader.int16(),
        name: reader.string(),
        topicId: reader.uuid(),
        internal: reader.boolean(),
        partitions: readStructs(reader, () => readPartition(reader)),
      };
      reader.int32();
      return topic;
    });
    return { brokers, clusterId, controllerId, topics };
  },
};

function readPartition(reader: WireReader) {
  const partition = {
    errorCode: reader.int16(),
    partition: reader.int32(),
    leader: reader.int32(),
    leaderEpoch: reader.int32(),
    replicas: reader.int32s(),
    isr: reader.int32s(),
  };
  reader.int32s();
  return partition;
}
