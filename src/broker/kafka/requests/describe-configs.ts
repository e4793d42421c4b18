import { readStructs, type RequestCodec } from '../request-codec.js';
import type { WireReader } from '../wire-reader.js';

/*
 * DescribeConfigs (key 32), version 4.
 *
 * Request  => [resources], include_synonyms BOOLEAN, include_documentation BOOLEAN
 *               resources => resource_type INT8 (2 topic), resource_name STRING, configuration_keys [STRING]?
 * Response => throttle_time_ms INT32, [results]
 *               results => error_code INT16, error_message STRING?, resource_type INT8, resource_name STRING, [configs]
 *               configs => name STRING, value STRING?, read_only BOOLEAN, config_source INT8, is_sensitive BOOLEAN,
 *                          [synonyms], config_type INT8, documentation STRING?
 *               synonyms => name STRING, value STRING?, source INT8
 */
export const describeConfigs: RequestCodec<'DescribeConfigs'> = {
  apiKey: 32,
  minVersion: 4,
  maxVersion: 4,
  encode(writer, { topics }) {
    writer.array(topics, (name) => {
      writer
        .int8(TOPIC)
        .string(name)
        .array(null, () => undefined)
        .endStruct();
    });
    writer.boolean(false).boolean(false).endStruct();
  },
  decode(reader) {
    reader.int32();
    const topics = readStructs(reader, () => {
      const errorCode = reader.int16();
      reader.nullableString();
      reader.int8();
      const name = reader.string();
      return { name, errorCode, configs: Object.fromEntries(readStructs(reader, () => readConfig(reader))) };
    });
    return { topics };
  },
};

const TOPIC = 2;

function readConfig(reader: WireReader): [name: string, value: string | null] {
  const name = reader.string();
  const value = reader.nullableString();
  reader.boolean();
  reader.int8();
  reader.boolean();
  readStructs(reader, () => {
    reader.string();
    reader.nullableString();
    reader.int8();
  });
  reader.int8();
  reader.nullableString();
  return [name, value];
}
