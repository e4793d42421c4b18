import { readStructs, type RequestCodec } from '../request-codec.js';

/*
 * CreatePartitions (key 37), versions 2 and 3.
 *
 * Request  => [topics], timeout_ms INT32, validate_only BOOLEAN
 *               topics => name STRING, count INT32, [assignments]? = null
 * Response => throttle_time_ms INT32, [results]
 *               results => name STRING, error_code INT16, error_message STRING?
 */
export const createPartitions: RequestCodec<'CreatePartitions'> = {
  apiKey: 37,
  minVersion: 2,
  maxVersion: 3,
  encode(writer, { topics, timeoutMs }) {
    writer.array(topics, ({ name, count }) => {
      writer
        .string(name)
        .int32(count)
        .array(null, () => undefined)
        .endStruct();
    });
    writer.int32(timeoutMs).boolean(false).endStruct();
  },
  decode(reader) {
    reader.int32();
    const topics = readStructs(reader, () => ({
      name: reader.string(),
      errorCode: reader.int16(),
      errorMessage: reader.nullableString(),
    }));
    return { topics };
  },
};
