import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BatchHeader } from '../../../../src/broker/record-batch/batch-header.js';
import { decodeRecords } from '../../../../src/broker/record-batch/decode.js';
import { batchOf, BrokerUnderTest } from './broker-under-test.js';
import { asKilledNow, newDirectory, removeDirectories } from './log-directory.js';

const INVALID_RECORD = 87;
const DAY_MS = 86_400_000;

describe('a compacted topic', () => {
  it('keeps the newest record of each key, where it was', async () => {
    const broker = await compacted();
    await broker.produceBatch('t', entries(broker, ['a', '1'], ['b', '1'], ['a', '2']));
    await broker.produceBatch('t', entries(broker, ['b', '2']));
    await broker.broker.compact('t');
    expect(await content(broker)).toEqual([
      [2, 'a', '2'],
      [3, 'b', '2'],
    ]);
    expect(new BatchHeader((await broker.fetch('t')).records, 0)).toMatchObject({
      baseOffset: 0,
      lastOffset: 2,
      count: 1,
    });
  });

  it('refuses records without a key', async () => {
    const broker = await compacted();
    expect((await broker.produceBatch('t', entries(broker, [null, '1']))).errorCode).toBe(INVALID_RECORD);
  });

  it('drops aborted records at once, and tombstones and markers only after delete.retention.ms', async () => {
    const broker = await compacted();
    const writer = await broker.init('writer');
    await broker.produce('t', ['aborted'], writer);
    await broker.end(writer, false);
    await broker.produceBatch('t', entries(broker, ['a', null], ['b', '1']));
    await broker.broker.compact('t');
    expect(await content(broker)).toEqual([
      [2, 'a', null],
      [3, 'b', '1'],
    ]);
    await broker.clock.advance(DAY_MS);
    await broker.broker.compact('t');
    expect(await content(broker)).toEqual([[3, 'b', '1']]);
    const markers: unknown[] = [];
    decodeRecords((await broker.fetch('t')).records, 0, ({ controlType }) => markers.push(controlType) > 0);
    expect(markers).not.toContain('abort');
    expect((await broker.fetch('t', 0, { isolation: 'read_committed' })).abortedTransactions).toEqual([]);
  });

  it('leaves open transactions alone', async () => {
    const broker = await compacted();
    const writer = await broker.init('writer');
    await broker.produce('t', ['1'], writer);
    await broker.produce('t', ['2'], writer);
    await broker.broker.compact('t');
    expect((await content(broker)).map(([, , value]) => value)).toEqual(['1', '2']);
  });

  it('still knows a repeated batch whose records went', async () => {
    const broker = await compacted();
    const writer = await broker.init(null);
    const before = { ...writer, sequences: new Map(writer.sequences) };
    await broker.produce('t', ['1'], writer);
    await broker.produce('t', ['2']);
    await broker.broker.compact('t');
    expect(await broker.produce('t', ['1'], before)).toMatchObject({ errorCode: 0, baseOffset: 0 });
  });

  it('reads as a map of the newest values, whatever was written, in memory and from disk', async () => {
    const value = fc.option(fc.constantFrom('1', '2', '3'));
    const batch = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), value), { minLength: 1, maxLength: 4 });
    const step = fc.oneof({ arbitrary: batch, weight: 4 }, fc.constant('compact' as const));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const broker = await compacted();
        const newest = new Map<string, string | null>();
        for (const next of steps) {
          if (next === 'compact') await broker.broker.compact('t');
          else await broker.produceBatch('t', batchOf(next, broker.clock.nowMs()));
          for (const [key, text] of next === 'compact' ? [] : next) newest.set(key, text);
        }
        const read = await content(broker);
        expect(new Map(read.map(([, key, text]) => [key, text]))).toEqual(newest);
        await broker.broker.compact('t');
        expect(await content(broker)).toHaveLength(newest.size);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a compacted topic on disk', () => {
  const open: BrokerUnderTest[] = [];
  afterEach(async () => {
    for (const { broker } of open.splice(0)) await broker.close();
    await removeDirectories();
  });

  it('is compacted beyond what is cached, and stays so after a restart', async () => {
    const directory = await newDirectory();
    const broker = await BrokerUnderTest.open({ directory, cacheBytes: 500 });
    open.push(broker);
    await broker.topic('t', 1, { 'cleanup.policy': 'compact' });
    for (let round = 0; round < 50; round++)
      await broker.produceBatch('t', entries(broker, [`k${round % 3}`, `${round}`]));
    await broker.broker.compact('t');
    const again = await BrokerUnderTest.open({ directory: await asKilledNow(directory) });
    open.push(again);
    for (const one of [broker, again]) {
      expect(await content(one)).toEqual([
        [47, 'k2', '47'],
        [48, 'k0', '48'],
        [49, 'k1', '49'],
      ]);
    }
  });
});

async function compacted(): Promise<BrokerUnderTest> {
  const broker = await BrokerUnderTest.open();
  await broker.topic('t', 1, { 'cleanup.policy': 'compact', 'message.timestamp.after.max.ms': String(10 * DAY_MS) });
  return broker;
}

function entries(broker: BrokerUnderTest, ...records: readonly (readonly [string | null, string | null])[]): Buffer {
  return batchOf(records, broker.clock.nowMs());
}

/** What a reader sees from the start of the topic to its end, led by batch headers. */
async function content(broker: BrokerUnderTest): Promise<[offset: number, key: string, value: string | null][]> {
  const found: [number, string, string | null][] = [];
  for (let offset = 0; ;) {
    const { records: bytes, highWatermark } = await broker.fetch('t', offset, { maxBytes: 300 });
    const { records, nextOffset } = decodeRecords(bytes, offset);
    for (let at = 0; at < records.length; at++) {
      const buffer = records.buffer(at);
      const value =
        records.valueStart(at) < 0 ? null : buffer.toString('utf8', records.valueStart(at), records.valueEnd(at));
      found.push([records.offset(at), buffer.toString('utf8', records.keyStart(at), records.keyEnd(at)), value]);
    }
    if (nextOffset === offset) {
      expect(offset).toBe(highWatermark);
      return found;
    }
    offset = nextOffset;
  }
}
