import type { StoreDefinition, StoreKind, ValueAndTimestamp, VersionedRecord, WindowEntry } from '../state/store.js';
import { Record, type Window } from './gen/millrace/query/v1/record.js';
import { StoreInfo, StoreKind as StoreKindMessage } from './gen/millrace/query/v1/state_query_service.js';
import { toJson } from './json-value.js';
import { toDuration, toTimestamp } from './timestamps.js';

const KINDS: Readonly<{ [K in StoreKind]: StoreKindMessage }> = {
  keyValue: StoreKindMessage.STORE_KIND_KEY_VALUE,
  window: StoreKindMessage.STORE_KIND_WINDOW,
  session: StoreKindMessage.STORE_KIND_SESSION,
  versioned: StoreKindMessage.STORE_KIND_VERSIONED,
  changeBuffer: StoreKindMessage.STORE_KIND_UNSPECIFIED,
  recordBuffer: StoreKindMessage.STORE_KIND_UNSPECIFIED,
  pendingBuffer: StoreKindMessage.STORE_KIND_UNSPECIFIED,
};

/** An entry as a store holds it, as a message. */
export function toRecord(definition: StoreDefinition, key: unknown, stored: unknown, raw: boolean): Record {
  const { value, timestamp, validTo } = timedValue(definition, stored);
  return Record.create({
    key: toJson(key),
    value: toJson(value),
    timestamp: toTimestamp(timestamp),
    validTo: validTo === undefined ? undefined : toTimestamp(validTo),
    ...(raw && { rawKey: definition.keySerde.serialize(key), rawValue: definition.valueSerde.serialize(value) }),
  });
}

function timedValue(
  definition: StoreDefinition,
  stored: unknown,
): ValueAndTimestamp<unknown> & Partial<VersionedRecord<unknown>> {
  // A store holds values of the shape that its declaration tells.
  if (definition.kind === 'versioned') return stored as VersionedRecord<unknown>;
  if ('timestamped' in definition && definition.timestamped) return stored as ValueAndTimestamp<unknown>;
  return { value: stored, timestamp: -1 };
}

/** An entry of a window store as a message. */
export function toWindow(definition: StoreDefinition, entry: WindowEntry<unknown, unknown>, raw: boolean): Window {
  return {
    record: toRecord(definition, entry.key, entry.value, raw),
    windowStart: toTimestamp(entry.startMs),
    windowEnd: toTimestamp(entry.endMs),
  };
}

/** A store's declaration as a message. */
export function toStoreInfo(application: string, definition: StoreDefinition): StoreInfo {
  const retentionMs = retentionOf(definition);
  return StoreInfo.create({
    application,
    name: definition.name,
    kind: KINDS[definition.kind],
    keySerde: definition.keySerde.name,
    valueSerde: definition.valueSerde.name,
    persistent: definition.storage === 'leveldb',
    retention: retentionMs === undefined ? undefined : toDuration(retentionMs),
    windowSize: definition.kind === 'window' ? toDuration(definition.windowSizeMs) : undefined,
  });
}

function retentionOf(definition: StoreDefinition): number | undefined {
  switch (definition.kind) {
    case 'keyValue':
    case 'changeBuffer':
    case 'recordBuffer':
    case 'pendingBuffer':
      return undefined;
    case 'versioned':
      return definition.historyRetentionMs;
    default:
      return definition.retentionMs;
  }
}
