import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seedStore, type SeedResult } from '../../../../src/app/seed/seed-store.js';
import { exportStore } from '../../../../src/app/state-export/export-store.js';
import { exportedRow, type ExportedRow } from '../../../../src/app/state-export/exported-row.js';
import { seedRowOf } from '../../../../src/connect/seed/seed-columns.js';
import type { SeedSource } from '../../../../src/connect/seed/seed-source.js';
import { silentLogger } from '../../../../src/observability/log.js';
import { json } from '../../../../src/serde/json.js';
import { long, string } from '../../../../src/serde/primitives.js';
import type { StoreDefinition } from '../../../../src/state/store.js';
import type { BuiltTopology } from '../../../../src/topology/node.js';
import {
  keyValueStore,
  sessionStore,
  versionedKeyValueStore,
  windowStore,
} from '../../../../src/topology/store-definitions.js';
import { Topology } from '../../../../src/topology/topology.js';
import { systemClock } from '../../../../src/util/time.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { Forward } from '../../../support/small-topologies.js';

const HOUR = 3_600_000;
const common = { name: 'rows', key: string(), value: json() };
const STORES: Readonly<Record<string, StoreDefinition>> = {
  'key-value': keyValueStore(common),
  'timestamped key-value': keyValueStore({ ...common, timestamped: true }),
  'key-value of numbers': keyValueStore({ ...common, key: long(), timestamped: true }),
  window: windowStore({ ...common, retention: HOUR, windowSize: 1_000 }),
  'timestamped window': windowStore({ ...common, retention: HOUR, windowSize: 1_000, timestamped: true }),
  session: sessionStore({ ...common, retention: HOUR }),
  versioned: versionedKeyValueStore({ ...common, historyRetention: HOUR }),
};

let cluster: EmbeddedCluster;

beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ in: 3 });
});
afterEach(async () => {
  await cluster.close();
});

function topologyOf(store: StoreDefinition): BuiltTopology {
  return new Topology()
    .addSource('source', { topics: 'in', key: string(), value: string() })
    .addProcessor('processor', () => new Forward(), { parents: 'source' })
    .addStateStore(store, 'processor')
    .build();
}

function sourceOf(rows: readonly unknown[], name = 'rows'): SeedSource {
  return {
    name,
    repeatable: true,
    async *rows() {
      for (const [index, row] of rows.entries()) yield await Promise.resolve(seedRowOf(row, {}, `row ${index}`));
    },
  };
}

const imported = (applicationId: string, store: StoreDefinition, source: SeedSource): Promise<SeedResult> =>
  seedStore(
    { applicationId, topology: topologyOf(store), store: 'rows', source },
    { client: cluster.client(), clock: systemClock, log: silentLogger },
  );

async function exported(applicationId: string, store: StoreDefinition, raw = false): Promise<ExportedRow[]> {
  const rows: ExportedRow[] = [];
  const toRow = exportedRow(store, raw);
  const request = { applicationId, topology: topologyOf(store), store: 'rows' };
  for await (const row of exportStore(cluster.client(), request)) rows.push(toRow(row));
  return rows;
}

/** Rows that a store of a kind may hold: no two of one key and time. */
function rowsFor(store: StoreDefinition): fc.Arbitrary<ExportedRow[]> {
  const key = store.keySerde.name === 'long' ? fc.integer() : fc.constantFrom('a', 'b', 'c', 'ä');
  const time = fc.integer({ min: 0, max: 50 }).map((step) => 1_700_000_000_000 + step * 1_000);
  const row = fc.record({
    key,
    value: fc.oneof(fc.integer(), fc.record({ text: fc.string() })),
    time,
    length: fc.nat(5_000),
  });
  const placed = row.map(({ key, value, time, length }): ExportedRow => {
    if (store.kind === 'window') return { key, value, window_start: time, window_end: time + 1_000, ...('timestamped' in store && store.timestamped && { timestamp: time }) }; // prettier-ignore
    if (store.kind === 'session') return { key, value, window_start: time, window_end: time + length };
    return store.kind === 'versioned' || ('timestamped' in store && store.timestamped)
      ? { key, value, timestamp: time }
      : { key, value };
  });
  const place = ({ key, timestamp, window_start, window_end }: ExportedRow): string =>
    JSON.stringify(store.kind === 'keyValue' ? key : [key, timestamp, window_start, window_end]);
  return fc.uniqueArray(placed, { selector: place, maxLength: 30 });
}

describe.each(Object.entries(STORES))('a %s store', (_, store) => {
  it.each([
    ['as JSON', false],
    ['raw', true],
  ])('has the same rows after an export and an import, %s', async (__, raw) => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(rowsFor(store), async (rows) => {
        const [first, second] = [`first-${run}`, `second-${run++}`];
        expect((await imported(first, store, sourceOf(rows))).rows).toBe(rows.length);
        const out = await exported(first, store, raw);
        expect(out).toHaveLength(rows.length);
        await imported(second, store, sourceOf(out));
        expect(await exported(second, store, raw)).toEqual(out);
      }),
      { numRuns: 3, seed: 3 },
    );
  });
});

describe('rows that were exported', () => {
  it('are those that were put into the store', async () => {
    const rows = [{ key: 'a', value: 1, timestamp: 5 }, { key: 'b', value: { deep: [null] }, timestamp: 6 }]; // prettier-ignore
    const store = STORES['timestamped key-value']!;
    await imported('app', store, sourceOf(rows));
    const out = await exported('app', store);
    expect(out).toHaveLength(2);
    expect(out).toEqual(expect.arrayContaining(rows));
  });

  it('tell of the deletions in the history of a key', async () => {
    const store = STORES.versioned!;
    const rows = [{ key: 'a', value: 1, timestamp: 1_000, valid_to: 2_000 }, { key: 'a', value: 2, timestamp: 3_000 }]; // prettier-ignore
    await imported('app', store, sourceOf(rows));
    expect(await exported('app', store)).toEqual([
      { key: 'a', value: 1, timestamp: 1_000, valid_to: 2_000 },
      { key: 'a', value: 2, timestamp: 3_000 },
    ]);
  });
});
