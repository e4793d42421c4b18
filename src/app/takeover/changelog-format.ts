import type { Serde } from '../../serde/serde.js';
import { bufferRowBytes, bufferTimeOf, readBufferedChange } from '../../state/changelog/buffer-format.js';
import { readPendingRow } from '../../state/changelog/pending-format.js';
import { SESSION_SUFFIX, sessionEndOf, sessionStartOf } from '../../state/changelog/session-format.js';
import { sequenceOf, WINDOW_SUFFIX, windowStartOf } from '../../state/changelog/window-format.js';
import type { StoreDefinition } from '../../state/store.js';
import { messageOf } from '../../util/errors.js';
import type { SampledRecord } from './sample-changelogs.js';

/** Kafka Streams' version of the changelog of a suppression (buffer-format.ts). */
const BUFFER_VERSION = 3;
/** Kind and time before the key of a record that waits, sequence number behind it (record-buffer.ts). */
const RECORD_BUFFER_PREFIX = 9;
const RECORD_BUFFER_SUFFIX = 4;

/**
 * Why a record cannot be one of a store's changelog; undefined where nothing speaks against it. A timestamped store's
 * changelog has plain values: the timestamp is the record's own.
 */
export function formatProblem(
  store: StoreDefinition,
  record: Pick<SampledRecord, 'key' | 'value' | 'headers'>,
): string | undefined {
  try {
    return keyProblem(store, record.key) ?? valueProblem(store, record);
  } catch (error) {
    return messageOf(error);
  }
}

function keyProblem(store: StoreDefinition, key: Buffer): string | undefined {
  switch (store.kind) {
    case 'keyValue':
    case 'versioned':
    case 'changeBuffer':
    case 'pendingBuffer':
      return roundTripProblem(store.keySerde, key);
    case 'window':
      if (key.length < WINDOW_SUFFIX) return tooShort(key, WINDOW_SUFFIX, 'window');
      if (windowStartOf(key) < 0 || !Number.isSafeInteger(windowStartOf(key)))
        return `its key ends in no window's start`;
      if (!store.retainDuplicates && sequenceOf(key) !== 0) return `its key has the sequence number ${sequenceOf(key)}`;
      return roundTripProblem(store.keySerde, key.subarray(0, -WINDOW_SUFFIX));
    case 'session':
      if (key.length < SESSION_SUFFIX) return tooShort(key, SESSION_SUFFIX, 'session');
      if (sessionStartOf(key) < 0 || sessionEndOf(key) < sessionStartOf(key))
        return `its key ends in no session's times`;
      return roundTripProblem(store.keySerde, key.subarray(0, -SESSION_SUFFIX));
    case 'recordBuffer':
      return roundTripProblem(store.keySerde, key.subarray(RECORD_BUFFER_PREFIX, -RECORD_BUFFER_SUFFIX));
  }
}

function valueProblem(
  store: StoreDefinition,
  { value, headers }: Pick<SampledRecord, 'value' | 'headers'>,
): string | undefined {
  if (value === null) return undefined;
  if (store.kind === 'pendingBuffer') {
    const pending = readPendingRow(value).value;
    store.valueSerde.deserialize(pending, 0, pending.length);
    return undefined;
  }
  if (store.kind !== 'changeBuffer' && store.kind !== 'recordBuffer') {
    store.valueSerde.deserialize(value, 0, value.length);
    return undefined;
  }
  if (store.kind === 'changeBuffer') {
    const version = headers.find(([name]) => name === 'v')?.[1]?.[0] ?? 0;
    if (version !== BUFFER_VERSION)
      return `it is of version ${version} of a suppression's changelog, not ${BUFFER_VERSION}`;
  }
  const change = readBufferedChange(value);
  if (!bufferRowBytes(change, bufferTimeOf(value)).equals(value)) return 'its value is no change that is held back';
  for (const held of [change.priorValue, change.oldValue, change.newValue]) {
    if (held !== null) store.valueSerde.deserialize(held, 0, held.length);
  }
  return undefined;
}

/** A key must be written as it was read: what is looked for by other bytes is not found, and lies in another partition. */
function roundTripProblem(serde: Serde<unknown>, key: Buffer): string | undefined {
  const written = serde.serialize(serde.deserialize(key, 0, key.length));
  return written.equals(key) ? undefined : `serde "${serde.name}" reads its key, and would write other bytes`;
}

function tooShort(key: Buffer, suffix: number, kind: string): string {
  return `its key has ${key.length} bytes, fewer than the ${suffix} that a ${kind} has behind the key`;
}
