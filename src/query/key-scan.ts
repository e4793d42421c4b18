import { string } from '../serde/primitives.js';
import type { Serde } from '../serde/serde.js';
import type { KeyValueStoreDefinition, StateStore } from '../state/store.js';
import { keyFromJson } from './json-value.js';
import { fieldError } from './query-errors.js';
import type { AnyKeyValueStore } from './readable-application.js';

/** Which keys a request asks for; keys as JSON, undefined is open. */
export interface KeyRangeRequest {
  readonly from: unknown;
  readonly to: unknown;
  readonly prefix: string;
  readonly reverse: boolean;
}

/** A scan of one partition of a key-value store; `after` leaves out the keys up to that one (as its serde writes it). */
export type KeyScan = (store: StateStore, after?: Buffer) => AsyncIterable<readonly [unknown, unknown]>;

/**
 * How to scan a store as a request asks.
 * @throws MillraceError `BAD_KEY`, `BAD_RANGE`
 */
export function keyScan(definition: KeyValueStoreDefinition, request: KeyRangeRequest): KeyScan {
  const { keySerde } = definition;
  const { prefix, reverse } = request;
  const from = bound(definition, request.from, 'from');
  const to = bound(definition, request.to, 'to');
  if (prefix !== '') {
    refusePrefix(definition, request);
    return (store, after) => skipTo(asKeyValueStore(store).prefixScan(prefix, string()), keySerde, after, false);
  }
  if (from !== null && to !== null && Buffer.compare(keySerde.serialize(from), keySerde.serialize(to)) > 0) {
    throw fieldError('BAD_RANGE', 'from', "from is after to, in the order of the keys' bytes");
  }
  return (store, after) => {
    const last: unknown = after && keySerde.deserialize(after, 0, after.length);
    const rows = reverse
      ? asKeyValueStore(store).reverseRange(from, last ?? to)
      : asKeyValueStore(store).range(last ?? from, to);
    return skipTo(rows, keySerde, after, reverse);
  };
}

function refusePrefix(definition: KeyValueStoreDefinition, { from, to, reverse }: KeyRangeRequest): void {
  if (from !== undefined || to !== undefined)
    throw fieldError('BAD_RANGE', 'prefix', 'prefix goes without from and to');
  if (reverse) throw fieldError('BAD_RANGE', 'reverse', 'a prefix is read in ascending order only');
  if (definition.keySerde.name === 'string') return;
  throw fieldError('BAD_RANGE', 'prefix', `keys of serde ${definition.keySerde.name} have no prefix; use from and to`);
}

async function* skipTo(
  rows: AsyncIterable<readonly [unknown, unknown]>,
  keySerde: Serde<unknown>,
  after: Buffer | undefined,
  reverse: boolean,
): AsyncGenerator<readonly [unknown, unknown]> {
  let skipping = after !== undefined;
  for await (const row of rows) {
    if (skipping && after) {
      const order = Buffer.compare(keySerde.serialize(row[0]), after);
      if (reverse ? order >= 0 : order <= 0) continue;
      skipping = false;
    }
    yield row;
  }
}

/** The store behind a partition whose definition says that it is a key-value store. */
export function asKeyValueStore(store: StateStore): AnyKeyValueStore {
  return store as AnyKeyValueStore;
}

function bound(definition: KeyValueStoreDefinition, json: unknown, field: string): unknown {
  return json === undefined || json === null ? null : keyFromJson(definition.keySerde, json, field);
}
