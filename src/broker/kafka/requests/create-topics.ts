import { readStructs, type RequestCodec } from '../request-codec.js';

/*
 * CreateTopics (key 19), versions 5 to 7.
 *
 * Request  => [topics], timeout_ms INT32, validate_only BOOLEAN
 *               topics => name STRING, num_partitions INT32, replication_factor INT16, [assignments] = none, [configs]
 *               configs => name STRING, value STRING?
 * Response => throttle_time_ms INT32, [topics]
 *               topics => name STRING, from 7 topic_id UUID, error_code INT16, error_message STRING?,
 *                         num_partitions INT32, replication_factor INT16, [configs]?
 *               configs => name STRING, value STRING?, read_only BOOLEAN, config_source INT8, is_sensitive BOOLEAN
 */
export const createTopics: RequestCodec<'CreateTopics'> = {
  apiKey: 19,
  minVersion: 5,
  maxVersion: 7,
  encode(writer, { topics, timeoutMs, validateOnly }) {
    writer.array(topics, ({ name, partitions, replicationFactor, configs }) => {
      writer.string(name).int32(partitions).int16(replicationFactor);
      writer.array([], () => undefined);
      writer.array(Object.entries(configs), ([key, value]) => {
        writer.string(key).string(value).endStruct();
      });
      writer.endStruct();
    });
    writer.int32(timeoutMs).boolean(validateOnly).endStruct();
  },
  decode(reader, version) {
    reader.int32();
    const topics = readStructs(reader, () => {
      const name = reader.string();
      if (version >= 7) reader.uuid();
      const topic = { name, errorCode: reader.int16(), errorMessage: reader.nullableString() };
      reader.int32();
      reader.int16();
      readStructs(reader, () => {
        reader.string();
        reader.nullableString();
        reader.boolean();
        reader.int8();
        reader.boolean();
      });
      return topic;
    });
    return { topics };
  },
};
