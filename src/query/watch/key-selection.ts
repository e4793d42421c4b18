import type { Serde } from '../../serde/serde.js';
import type { StoreDefinition } from '../../state/store.js';
import { keyFromJson } from '../json-value.js';
import { fieldError } from '../query-errors.js';

/** Which keys of a store a request means: one, those that start with a text, or all. */
export type KeySelection =
  | { readonly kind: 'all' }
  | { readonly kind: 'key'; readonly key: unknown; readonly bytes: Buffer }
  | { readonly kind: 'prefix'; readonly prefix: string; readonly bytes: Buffer };

/** @throws MillraceError `BAD_KEY`; `BAD_RANGE` for a prefix beside a key, or of keys that are no strings */
export function keySelection(
  definition: StoreDefinition,
  { key: json, prefix }: { readonly key: unknown; readonly prefix: string },
): KeySelection {
  const keySerde = definition.keySerde as Serde<unknown>; // the definition stands in a list of stores of any type
  if (json !== undefined) {
    if (prefix !== '') throw fieldError('BAD_RANGE', 'prefix', 'prefix goes without key');
    const key = keyFromJson(keySerde, json);
    return { kind: 'key', key, bytes: keySerde.serialize(key) };
  }
  if (prefix === '') return { kind: 'all' };
  if (keySerde.name !== 'string')
    throw fieldError('BAD_RANGE', 'prefix', `keys of serde ${keySerde.name} have no prefix`);
  return { kind: 'prefix', prefix, bytes: Buffer.from(prefix) };
}

/** Whether a key, as bytes, is one of those meant. */
export function isSelected(selection: KeySelection, key: Buffer): boolean {
  switch (selection.kind) {
    case 'all':
      return true;
    case 'key':
      return selection.bytes.equals(key);
    case 'prefix':
      return key.length >= selection.bytes.length && key.compare(selection.bytes, 0, undefined, 0, selection.bytes.length) === 0; // prettier-ignore
  }
}
