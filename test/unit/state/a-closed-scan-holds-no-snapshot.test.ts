import { describe, expect, it } from '@jest/globals';
import { string } from '../../../src/serde/index.js';
import type { BaseSnapshot } from '../../../src/state/base.js';
import { LanedTableStore, lanedRows } from '../../../src/state/key-value/laned-table-store.js';
import { MemoryBase } from '../../../src/state/memory/memory-base.js';
import { OverlayMemory } from '../../../src/state/overlay/overlay-memory.js';
import type { KeyValueStoreDefinition } from '../../../src/state/store.js';
import { Table } from '../../../src/state/table.js';
import { PlainValues } from '../../../src/state/value-codec.js';

/** Counts the snapshots that are not closed; on disk each of them keeps deleted rows. */
class CountingBase extends MemoryBase {
  open = 0;

  override snapshot(): BaseSnapshot {
    const snapshot = super.snapshot();
    this.open++;
    const close = (): Promise<void> => {
      this.open--;
      return snapshot.close();
    };
    return { scan: (range) => snapshot.scan(range), close };
  }
}

const definition: KeyValueStoreDefinition = {
  kind: 'keyValue',
  name: 'laned',
  keySerde: string(),
  valueSerde: string(),
  timestamped: false,
  storage: 'memory',
  caching: false,
  logging: false,
  laneAt: 0,
};
const context = {
  taskId: '0_0',
  recordContext: () => undefined,
  changelog: () => ({ log: () => undefined }),
  onExpired: () => undefined,
};

function open(): { base: CountingBase; store: LanedTableStore<string, string> } {
  const base = new CountingBase(lanedRows(0));
  const table = new Table({
    definition,
    base,
    memory: new OverlayMemory(),
    context,
    timestamped: false,
    caching: false,
  });
  const store = new LanedTableStore<string, string>(definition, 0, table, new PlainValues(string()));
  for (const key of ['\x00a', '\x01a', '\x00b']) store.put(key, key);
  return { base, store };
}

describe('a scan of both lanes lets go of the snapshots of both', () => {
  it('when it is closed before anything was read', async () => {
    const { base, store } = open();
    const scan = store.all()[Symbol.asyncIterator]();
    expect(base.open).toBe(2);
    await scan.return?.();
    expect(base.open).toBe(0);
    expect((await scan.next()).done).toBe(true);
  });

  it('when it is left in the middle', async () => {
    const { base, store } = open();
    for await (const [key] of store.all()) {
      expect(key).toBe('\x00a');
      break;
    }
    expect(base.open).toBe(0);
  });

  it('when it has come to its end', async () => {
    const { base, store } = open();
    const keys: string[] = [];
    for await (const [key] of store.all()) keys.push(key);
    expect(keys).toEqual(['\x00a', '\x00b', '\x01a']);
    expect(base.open).toBe(0);
  });
});
