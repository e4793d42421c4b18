import assert from 'node:assert/strict';
import { silentLogger } from '../../../observability/log.js';
import type { RecordSource, SourceBatch, SourceReader, SourceRecord } from '../../../topology/record-source.js';
import { systemClock } from '../../../util/time.js';
import type { ContractCase } from '../store/contract-case.js';

/** A record of the contract: text and a number. */
export interface SourceRow {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
}

/** A source that holds rows, until it is disposed of. */
export interface FilledSource {
  readonly source: RecordSource;
  dispose(): Promise<void>;
}

/** A kind of source that keeps the contract. */
export interface SourceWorld {
  readonly name: string;
  /** Makes a source that gives these rows, as `{ key, value, timestamp }`. */
  fill(rows: readonly SourceRow[]): Promise<FilledSource>;
}

const START_MS = 1_700_000_000_000;
const MOST_PER_BATCH = 10_000;
/** Some batches, over some hours. */
const ROWS: readonly SourceRow[] = Array.from({ length: 12_000 }, (_, index) => ({
  key: `key-${index % 100}`,
  value: index,
  timestamp: START_MS + ((index * 7_919) % 12_000) * 1_000,
}));
const TEN = ROWS.slice(0, 10);

/** The contract of sources, for one kind of source. */
export function sourceContract(world: SourceWorld): ContractCase[] {
  const filled = (rows: readonly SourceRow[], check: (source: RecordSource) => Promise<void>) => async () => {
    const made = await world.fill(rows);
    try {
      await check(made.source);
    } finally {
      await made.dispose();
    }
  };
  return [
    {
      name: 'gives every record, once',
      run: filled(ROWS, async (source) => {
        assert.deepEqual(sorted(await recordsOf(source)), sorted(ROWS));
      }),
    },
    {
      name: 'gives its records in the same order at every opening',
      run: filled(ROWS, async (source) => {
        assert.deepEqual(await recordsOf(source), await recordsOf(source));
      }),
    },
    {
      name: 'gives no more than some thousand records at a time',
      run: filled(ROWS, async (source) => {
        const sizes = (await batchesOf(source)).map(({ records }) => records.length);
        assert.ok(Math.max(...sizes) <= MOST_PER_BATCH, `a batch has ${Math.max(...sizes)} records`);
      }),
    },
    {
      name: 'gives no record from before its watermark, which never goes back',
      run: filled(ROWS, async (source) => {
        let watermark = -Infinity;
        for (const batch of await batchesOf(source)) {
          assert.ok(batch.records.every(({ timestamp = NaN }) => timestamp >= watermark));
          assert.ok((batch.watermark ?? watermark) >= watermark);
          watermark = batch.watermark ?? watermark;
        }
      }),
    },
    {
      name: 'says how much of its size was read',
      run: filled(ROWS, async (source) => {
        const { size, batches } = await read(source);
        const done = batches.map((batch) => batch.done);
        assert.deepEqual(
          done,
          done.toSorted((left, right) => left - right),
        );
        if (size !== undefined) assert.equal(done.at(-1), size);
      }),
    },
    {
      name: 'has one identity as long as its records are the same, if it has any',
      run: filled(ROWS, async (source) => {
        const { identity } = await read(source);
        assert.equal((await read(source)).identity, identity);
        if (identity === undefined) return;
        await filled(TEN, async (other) => {
          assert.notEqual((await read(other)).identity, identity);
        })();
      }),
    },
    {
      name: 'can be closed before its end',
      run: filled(ROWS, async (source) => {
        const reader = await open(source);
        for await (const batch of reader.read()) if (batch.records.length > 0) break;
        await reader.close();
      }),
    },
  ];
}

function open(source: RecordSource): Promise<SourceReader> {
  return source.open({ topic: 'contract', clock: systemClock, log: silentLogger });
}

async function read(
  source: RecordSource,
): Promise<Pick<SourceReader, 'size' | 'identity'> & { batches: SourceBatch[] }> {
  const reader = await open(source);
  const batches: SourceBatch[] = [];
  try {
    for await (const batch of reader.read()) batches.push(batch);
  } finally {
    await reader.close();
  }
  return { size: reader.size, identity: reader.identity, batches };
}

async function batchesOf(source: RecordSource): Promise<SourceBatch[]> {
  return (await read(source)).batches;
}

async function recordsOf(source: RecordSource): Promise<Pick<SourceRecord, 'key' | 'value' | 'timestamp'>[]> {
  const records = (await batchesOf(source)).flatMap((batch) => batch.records);
  return records.map(({ key, value, timestamp }) => ({ key, value, timestamp }));
}

function sorted<T extends { readonly value: unknown }>(rows: readonly T[]): T[] {
  return rows.toSorted((left, right) => Number(left.value) - Number(right.value));
}
