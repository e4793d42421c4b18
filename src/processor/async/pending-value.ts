import { schemaOfParts } from '../../serde/schema-of-parts.js';
import { partOf, preparing, type Serde } from '../../serde/serde.js';
import { heldRecords, type HeldRecord } from '../reorder/held-record.js';

/** A record whose result is awaited. */
export interface PendingValue<K, V, Q> extends HeldRecord<K, V> {
  /** Undefined: it has not been made yet, or is the value itself. */
  readonly request: Q | null | undefined;
}

/*
 * As a store's value; lengths are big-endian:
 *
 *     | length of the request, 4 (-1: null, -2: none) | request | held record |
 */
const NONE = -2;

/** The serde of records whose results are awaited. */
export function pendingValues<K, V, Q>(
  key: Serde<K>,
  value: Serde<V>,
  request: Serde<Q> | undefined,
): Serde<PendingValue<K, V, Q>> {
  const held = heldRecords(key, value);
  return Object.freeze({
    name: `pending<${key.name},${value.name}>`,
    ...schemaOfPending(key, value, request),
    ...preparing(held, request === undefined ? {} : partOf(request, 'request')),
    serialize(pending: PendingValue<K, V, Q>) {
      const asked = pending.request == null ? null : request?.serialize(pending.request);
      const length = Buffer.allocUnsafe(4);
      length.writeInt32BE(asked?.length ?? (pending.request === null ? -1 : NONE), 0);
      return Buffer.concat([length, asked ?? Buffer.alloc(0), held.serialize(pending)]);
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      const length = bytes.readInt32BE(start);
      const heldAt = start + 4 + Math.max(0, length);
      const asked = length < 0 ? null : request?.deserialize(bytes, start + 4, heldAt);
      return { ...held.deserialize(bytes, heldAt, end), request: length === NONE ? undefined : asked };
    },
  });
}

function schemaOfPending<K, V, Q>(key: Serde<K>, value: Serde<V>, request: Serde<Q> | undefined) {
  if (request === undefined)
    return schemaOfParts({ key, value }, (parts) => pendingValues<K, V, Q>(parts.key, parts.value, undefined));
  return schemaOfParts({ key, value, request }, (parts) => pendingValues(parts.key, parts.value, parts.request));
}
