import type { Serde } from '../../serde/serde.js';
import { invalid } from '../../util/errors.js';
import type { Headers } from '../../util/headers.js';
import { BARE_KEYS } from '../base.js';
import { MemoryBase } from '../memory/memory-base.js';
import type { ChangeBufferDefinition } from '../store.js';
import type { StoreHandle, StoreParts } from '../store-handle.js';
import { Table } from '../table.js';
import { PlainValues } from '../value-codec.js';
import { TableChangeBuffer } from './change-buffer.js';

/** The version of the changelog's format. */
const FORMAT_VERSION = 3;

/** Makes the buffer of a suppression. */
export function openChangeBuffer(definition: ChangeBufferDefinition, parts: StoreParts): StoreHandle {
  const base = new MemoryBase(BARE_KEYS);
  const table = new Table({ definition, base, ...parts, timestamped: false, caching: false });
  const store = new TableChangeBuffer(definition, table, base);
  return {
    store,
    table,
    base,
    numbers: {},
    values: new PlainValues(definition.valueSerde as Serde<unknown>), // stands in a list of stores of any type
    listenerKey: (entry) => entry.key,
    restoring(mapKey, _key, row, headers) {
      if (row !== null) expectFormat(definition.name, headers);
      store.restored(mapKey, row);
      return true;
    },
    logChanges: (limit) => store.logChanges(limit),
    reset: () => {
      store.reset();
    },
    deleteExpired: () => Promise.resolve(),
  };
}

function expectFormat(store: string, headers: Headers): void {
  const version = headers.findLast(([name]) => name === 'v')?.[1]?.[0];
  if (version === FORMAT_VERSION) return;
  throw invalid(
    'BUFFER_FORMAT_UNKNOWN',
    `The changelog of buffer "${store}" has a record of format ${String(version ?? 0)}, where ${String(FORMAT_VERSION)} is known`,
    {
      hint: 'It was written by Kafka Streams 2.4 or earlier: run a later version once, or reset the application.',
      context: { store },
    },
  );
}
