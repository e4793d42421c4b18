import { readStructs, type RequestCodec } from '../request-codec.js';

/*
 * DeleteTopics (key 20), versions 4 and 5. From 6 on topics may go by id.
 *
 * Request  => topic_names [STRING], timeout_ms INT32
 * Response => throttle_time_ms INT32, [responses]
 *               responses => name STRING, error_code INT16, from 5 error_message STRING?
 */
export const deleteTopics: RequestCodec<'DeleteTopics'> = {
  apiKey: 20,
  minVersion: 4,
  maxVersion: 5,
  encode(writer, { topics, timeoutMs }) {
    writer.array(topics, (name) => writer.string(name));
    writer.int32(timeoutMs).endStruct();
  },
  decode(reader, version) {
    reader.int32();
    const topics = readStructs(reader, () => ({
      name: reader.string(),
      errorCode: reader.int16(),
      errorMessage: version >= 5 ? reader.nullableString() : null,
    }));
    return { topics };
  },
};
