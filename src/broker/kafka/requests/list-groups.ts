import { readStructs, type RequestCodec } from '../request-codec.js';

/*
 * ListGroups (key 16), versions 3 to 5: 4 adds the state (KIP-518), 5 the type (KIP-848).
 *
 * Request  => from 4 [states_filter STRING], from 5 [types_filter STRING]
 * Response => throttle_time_ms INT32, error_code INT16, [groups]
 *               groups => group_id STRING, protocol_type STRING, from 4 group_state STRING, from 5 group_type STRING
 */
export const listGroups: RequestCodec<'ListGroups'> = {
  apiKey: 16,
  minVersion: 3,
  maxVersion: 5,
  encode(writer, { types }, version) {
    if (version >= 4) writer.array([], () => undefined);
    if (version >= 5) writer.array(types, (type) => writer.string(type));
    writer.endStruct();
  },
  decode(reader, version) {
    reader.int32();
    const errorCode = reader.int16();
    const groups = readStructs(reader, () => ({
      groupId: reader.string(),
      protocolType: reader.string(),
      state: version >= 4 ? reader.string() : '',
      type: version >= 5 ? reader.string().toLowerCase() : 'classic',
    }));
    return { errorCode, groups };
  },
};
