import type { Serde } from '../../serde/serde.js';
import { BARE_KEYS } from '../base.js';
import { MemoryBase } from '../memory/memory-base.js';
import type { RecordBufferDefinition } from '../store.js';
import type { StoreHandle, StoreParts } from '../store-handle.js';
import { Table } from '../table.js';
import { PlainValues } from '../value-codec.js';
import { TableRecordBuffer } from './record-buffer.js';

/** Makes the buffer of a stream-table join with a grace period. */
export function openRecordBuffer(definition: RecordBufferDefinition, parts: StoreParts): StoreHandle {
  const base = new MemoryBase(BARE_KEYS);
  const table = new Table({ definition, base, ...parts, timestamped: false, caching: false });
  const store = new TableRecordBuffer(definition, table, base);
  return {
    store,
    table,
    base,
    numbers: { observedMs: store.observed, sequence: store.sequence },
    values: new PlainValues(definition.valueSerde as Serde<unknown>), // stands in a list of stores of any type
    listenerKey: () => undefined, // there is no record cache to listen to
    restoring(mapKey, key, row) {
      store.restored(mapKey, key, row);
      return true;
    },
    reset: () => {
      store.reset();
    },
    deleteExpired: () => Promise.resolve(),
  };
}
