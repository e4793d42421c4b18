import { VALUE_ROWS } from '../bounds/bounds-index.js';
import type { KeyValueStoreDefinition, PrefixedKeyValueStore } from '../store.js';
import type { Table } from '../table.js';
import type { ValueCodec } from '../value-codec.js';
import { TableKeyValueStore } from './key-value-store.js';
import { RELIST_BELOW, type PrefixHeads } from './prefix-heads.js';

/** A key-value store of keys with a prefix, and the heads of its prefixes. */
export class PrefixedTableStore<V> extends TableKeyValueStore<Buffer, V> implements PrefixedKeyValueStore<V> {
  constructor(
    definition: KeyValueStoreDefinition,
    table: Table,
    values: ValueCodec<V>,
    private readonly heads: PrefixHeads,
  ) {
    super(definition, table, values, undefined, VALUE_ROWS);
  }

  override put(key: Buffer, value: V | null): void {
    super.put(key, value);
    this.heads.changed(key, value !== null);
  }

  withPrefix(prefix: Buffer): readonly (readonly [Buffer, V])[] | undefined {
    return this.heads.keysOf(prefix)?.flatMap((key) => {
      const value = this.get(key);
      return value === undefined ? [] : [[key, value] as const];
    });
  }

  foundAll(prefix: Buffer, keys: readonly Buffer[]): void {
    if (keys.length < RELIST_BELOW) this.heads.relist(prefix, keys);
  }
}
