import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileSource, type FileSourceOptions } from '../../../src/connect/files/file-source.js';
import { silentLogger } from '../../../src/observability/log.js';
import type { SourceBatch, SourceRecord } from '../../../src/topology/record-source.js';
import { messageOf } from '../../../src/util/errors.js';
import { systemClock } from '../../../src/util/time.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'file-source-'));
});
afterEach(() => rm(root, { recursive: true }));

const HOUR = Date.parse('2026-01-31T10:00:00Z');
const line = (value: unknown, timestamp = HOUR): string => `${JSON.stringify({ key: null, value, timestamp })}\n`;

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

async function batches(options: Partial<FileSourceOptions<SourceRecord>> = {}): Promise<SourceBatch[]> {
  const reader = await fileSource({ from: root, ...options }).open({
    topic: 'in',
    clock: systemClock,
    log: silentLogger,
  });
  const all: SourceBatch[] = [];
  for await (const batch of reader.read()) all.push(batch);
  await reader.close();
  return all;
}

async function values(options: Partial<FileSourceOptions<SourceRecord>> = {}): Promise<unknown[]> {
  return (await batches(options)).flatMap(({ records }) => records.map(({ value }) => value));
}

describe('a file source', () => {
  it('reads all files below a folder by their paths, without those that are hidden', async () => {
    await write('b/2.jsonl', line(2));
    await write('a/1.jsonl', line(1));
    await write('_done.jsonl', line('no'));
    await write('.hidden/3.jsonl', line('no'));
    expect(await values()).toEqual([1, 2]);
  });

  it('reads the files that a pattern means', async () => {
    for (const path of ['a/1.jsonl', 'a/b/2.jsonl', 'c/3.jsonl']) await write(path, line(path));
    expect(await values({ from: join(root, 'a/*.jsonl') })).toEqual(['a/1.jsonl']);
    expect(await values({ from: join(root, '**/?.jsonl') })).toEqual(['a/1.jsonl', 'a/b/2.jsonl', 'c/3.jsonl']);
  });

  it('reads what was committed and not yet renamed, and nothing else of what is being written', async () => {
    await write('done.jsonl', line('renamed'));
    const manifest = { version: 1, sequence: 7, position: 2, files: [] as object[] };
    manifest.files.push({ temporary: '.millrace/p/7-0.tmp', path: 'late.jsonl', rows: 1 });
    await write('.millrace/p/000000000007.manifest', JSON.stringify(manifest));
    await write('.millrace/p/7-0.tmp', line('committed'));
    await write('.millrace/p/7-1.tmp', line('not committed'));
    expect(await values()).toEqual(['renamed', 'committed']);
    await rename(join(root, '.millrace/p/7-0.tmp'), join(root, 'late.jsonl'));
    expect(await values()).toEqual(['renamed', 'committed']);
  });

  it('reads hour by hour, and says that an hour is over before it reads the next', async () => {
    await write('date=2026-01-31/hour=11/b.jsonl', line(11, HOUR + 3_600_000));
    await write('date=2026-01-31/hour=10/a.jsonl', line(10));
    const [first, , second] = await batches();
    expect([first?.watermark, second?.watermark]).toEqual([HOUR, HOUR + 3_600_000]);
    expect(await values()).toEqual([10, 11]);
    expect((await batches({ disorder: 'unbounded' })).some(({ watermark }) => (watermark ?? -Infinity) > 0)).toBe(
      false,
    );
  });

  it('leaves out rows for which there is no record', async () => {
    await write('a.jsonl', line(1) + line(2));
    expect(await values({ record: (row) => (row.value === 1 ? null : row) })).toEqual([2]);
  });

  it.each([
    ['a.jsonl', `${line(1)}{`, 'SOURCE_ROW_INVALID', 'line 2 of "a.jsonl"'],
    ['a.avro', 'no Avro', 'SOURCE_ROW_INVALID', '"a.avro"'],
    ['a.parquet', 'no Parquet', 'SOURCE_ROW_INVALID', '"a.parquet"'],
    ['a.csv', 'k,v', 'SOURCE_FORMAT', '"a.csv"'],
    ['_a.jsonl', line(1), 'SOURCE_EMPTY', 'topic "in"'],
  ])('names what it cannot read of %s', async (path, content, code, place) => {
    await write(path, content);
    const error = await values().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(messageOf(error)).toContain(place);
  });
});
