import type { Serde } from '../../serde/serde.js';
import { BARE_KEYS } from '../base.js';
import { MemoryBase } from '../memory/memory-base.js';
import type { PendingBufferDefinition } from '../store.js';
import type { StoreHandle, StoreParts } from '../store-handle.js';
import { Table } from '../table.js';
import { PlainValues } from '../value-codec.js';
import { TablePendingBuffer } from './pending-buffer.js';

/** Makes the buffer of records whose outcome is awaited. */
export function openPendingBuffer(definition: PendingBufferDefinition, parts: StoreParts): StoreHandle {
  const base = new MemoryBase(BARE_KEYS);
  const table = new Table({ definition, base, ...parts, timestamped: false, caching: false });
  const store = new TablePendingBuffer(definition, table, base);
  return {
    store,
    table,
    base,
    numbers: {},
    values: new PlainValues(definition.valueSerde as Serde<unknown>), // stands in a list of stores of any type
    listenerKey: () => undefined, // there is no record cache to listen to
    restoring() {
      store.reset();
      return true;
    },
    logChanges: (limit) => store.logChanges(limit),
    reset: () => {
      store.reset();
    },
    deleteExpired: () => Promise.resolve(),
  };
}
