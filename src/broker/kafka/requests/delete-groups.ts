import { readStructs, type RequestCodec } from '../request-codec.js';

/*
 * DeleteGroups (key 42), version 2.
 *
 * Request  => groups_names [STRING]
 * Response => throttle_time_ms INT32, [results]
 *               results => group_id STRING, error_code INT16
 */
export const deleteGroups: RequestCodec<'DeleteGroups'> = {
  apiKey: 42,
  minVersion: 2,
  maxVersion: 2,
  encode(writer, { groups }) {
    writer.array(groups, (groupId) => writer.string(groupId));
    writer.endStruct();
  },
  decode(reader) {
    reader.int32();
    return { groups: readStructs(reader, () => ({ groupId: reader.string(), errorCode: reader.int16() })) };
  },
};
