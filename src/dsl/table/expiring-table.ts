import type { KeyValueStoreDefinition, StoreDefinition } from '../../state/store.js';
import { bytes } from '../../serde/primitives.js';
import { ExpiringTableProcessor } from '../../processor/ktable/expiring-table.js';
import { expiryKey } from '../../processor/ktable/expiry-key.js';
import type { Processor } from '../../topology/processor.js';

/** Whether the node of the table tells of rows that are gone. */
export function tellsExpiry(store: StoreDefinition | undefined): store is KeyValueStoreDefinition {
  return store?.kind === 'keyValue' && store.ttlMs !== undefined && store.onExpiry === 'tombstone';
}

/** The node's processor, around which stands what tells of rows that are gone, if the store asks for it. */
export function tellingExpiry(store: StoreDefinition | undefined, table: Processor, sendOldValues: boolean): Processor {
  if (!tellsExpiry(store)) return table;
  const options = { storeName: store.name, expiryStoreName: expiryStoreName(store), sendOldValues };
  return new ExpiringTableProcessor(table, options); // the same records
}

/** The store of a table, and that of the times to look at its rows, if there is one. */
export function withExpiryStore(store: StoreDefinition): readonly StoreDefinition[] {
  if (!tellsExpiry(store)) return [store];
  const { keySerde, storage, logging, standby } = store;
  const topicConfig = {}; // the store's own are about its rows
  const expiryStore: StoreDefinition = {
    kind: 'keyValue',
    name: expiryStoreName(store),
    keySerde: expiryKey(keySerde),
    valueSerde: bytes(),
    timestamped: false,
    caching: false,
    storage,
    logging: logging === false ? false : { topicConfig },
    ...(standby !== undefined && { standby }),
  };
  return [store, Object.freeze(expiryStore)];
}

function expiryStoreName({ name }: StoreDefinition): string {
  return `${name}-expiry`;
}
