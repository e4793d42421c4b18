import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KStream } from '../../../src/dsl/kstream.js';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { LATE_HEADERS } from '../../../src/processor/window/late-output.js';
import { long, string } from '../../../src/serde/index.js';
import type { WindowStore } from '../../../src/state/store.js';
import { fetchedRecord } from '../../../src/testing/raw-record.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import { runTask } from '../runtime/task/run-task.js';
import { run, text, type Row } from './run.js';

const first = (value: string): string => value.charAt(0);

/** Runs a program over the stream of the topic `in` that writes its result to `out`. */
function piped(
  write: (stream: KStream<string, string>) => KStream<string, string>,
  inputs: readonly Row<string, string>[],
): Promise<Row<string, string>[]> {
  return run(
    (builder) => {
      write(builder.stream('in', text)).to('out');
    },
    inputs,
    text,
  );
}

describe('distinct', () => {
  it('lets the first of two records go on that are less than `within` apart, and both from there on', async () => {
    const rows: Row<string, string>[] = [
      ['k', 'a1', 100],
      ['k', 'a2', 109],
      ['k', 'a3', 110],
    ];
    const result = await piped((stream) => stream.distinct({ by: first, within: 10 }), rows);
    expect(result).toEqual([rows[0], rows[2]]);
  });

  it('is not prolonged by duplicates', async () => {
    const rows = [0, 6, 12, 18].map((time): Row<string, string> => ['k', 'a', time]);
    expect(await piped((stream) => stream.distinct({ within: 10 }), rows)).toEqual([rows[0], rows[2]]);
  });

  it('looks both ways when records are out of order', async () => {
    const rows: Row<string, string>[] = [
      ['k', 'a', 20],
      ['k', 'a', 11],
      ['k', 'b', 19],
      ['k', 'a', 10],
    ];
    expect(await piped((stream) => stream.distinct({ by: first, within: 10, grace: 100 }), rows)).toEqual([
      rows[0],
      rows[2],
      rows[3],
    ]);
  });

  it('tells keys apart, and ids of different types', async () => {
    const rows: Row<string, string>[] = [
      ['k', 's', 0],
      ['l', 's', 0],
      ['k', 'n', 0],
      ['k', 'b', 0],
      ['k', 'i', 0],
      ['k', 'n', 1],
    ];
    const ids = { s: '1', n: 1, b: true, i: 1n } as const;
    const by = (value: string): string | number | boolean | bigint => ids[value as keyof typeof ids];
    expect(await piped((stream) => stream.distinct({ by, within: 10 }), rows)).toEqual(rows.slice(0, 5));
  });

  it('drops records without key, without id, and without value where an id is asked for', async () => {
    const rows: Row<string, string>[] = [
      [null, 'a', 0],
      ['k', null, 0],
      ['k', 'none', 0],
    ];
    const by = (value: string): string | null => (value === 'none' ? null : value);
    expect(await piped((stream) => stream.distinct({ by, within: 10 }), rows)).toEqual([]);
    expect(await piped((stream) => stream.distinct({ within: 10 }), rows)).toEqual([rows[1]]);
  });

  it('takes a record less than `within` and the grace behind stream time, and sends later ones aside', async () => {
    const builder = new StreamsBuilder();
    const late = (stream: KStream<string, string>): void => {
      stream.to('late');
    };
    builder.stream('in', text).distinct({ within: 10, grace: 5, late }).to('out');
    await using driver = await TopologyTestDriver.start(builder.build());
    const input = driver.createInputTopic('in', text);
    for (const [key, timestamp] of [
      ['a', 100],
      ['b', 86],
      ['c', 85],
    ] as const)
      await input.pipe(key, 'v', { timestamp });
    expect(
      driver
        .createOutputTopic('out', text)
        .readAll()
        .map(({ key }) => key),
    ).toEqual(['a', 'b']);
    const [record] = driver.createOutputTopic('late', text).readAll();
    expect([record?.key, record?.timestamp]).toEqual(['c', 85]);
    expect(record?.headers.map(([name, value]) => [name, value?.toString()])).toEqual([
      [LATE_HEADERS.node, 'KSTREAM-DISTINCT-0000000001'],
      [LATE_HEADERS.streamTime, '100'],
      [LATE_HEADERS.windowStart, '85'],
      [LATE_HEADERS.windowEnd, '95'],
    ]);
  });

  it('meets records of one new key in one task, behind a repartition', async () => {
    const builder = new StreamsBuilder();
    builder.stream('in', text).selectKey(first).distinct({ within: 10, key: string(), store: 'seen' }).to('out');
    await using driver = await TopologyTestDriver.start(builder.build(), { partitions: 4 });
    const input = driver.createInputTopic('in', text);
    for (const key of ['k1', 'k2', 'k3', 'k4']) await input.pipe(key, 'a', { timestamp: 0 });
    expect(driver.createOutputTopic('out', text).readKeyValues()).toEqual([['a', 'a']]);
    expect(driver.topics()).toEqual(['app-seen-repartition', 'app-seen-changelog', 'out']);
  });

  it('keeps a store that can be read', async () => {
    const builder = new StreamsBuilder();
    builder.stream('in', text).distinct({ by: first, within: 10, store: 'seen' });
    await using driver = await TopologyTestDriver.start(builder.build());
    await driver.createInputTopic('in', text).pipe('k', 'abc', { timestamp: 27 });
    const rows = [];
    for await (const row of driver.store<WindowStore<unknown, unknown>>('seen').all()) rows.push(row);
    expect(rows).toEqual([
      {
        key: { key: 'k', id: 'a' },
        startMs: 20,
        endMs: 30,
        value: { timestamp: 27, offset: 0, ordinal: 0, topic: 'in' },
      },
    ]);
  });

  it('forgets with an abort what it let through since the commit', async () => {
    const builder = new StreamsBuilder();
    builder.stream('in', text).distinct({ by: first, within: 10 }).to('out');
    const { add, run: runAll, task, written } = await runTask(builder, { inputs: ['in'] });
    add('in', 1, 'a committed', 'k');
    await runAll();
    const offsets = task.prepareCommit();
    task.state.freeze();
    await task.state.apply({ changelogs: new Map(), inputs: new Map() });
    add('in', 90, 'b aborted', 'k');
    await runAll();
    task.state.abort();
    task.reset(new Map(offsets.map((offset) => ['in-0', offset])));
    add('in', 2, 'a duplicate', 'k');
    add('in', 90, 'b again', 'k');
    await runAll();
    expect(written('out')).toEqual(['a committed', 'b aborted', 'b again']);
  });

  it('lets a first record through again when it is processed again, but not its twin', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .flatMapValues((value) => [value, value])
      .distinct({ within: 10 })
      .to('out', { value: string() });
    const { add, run: runAll, task, written } = await runTask(builder, { inputs: ['in'] });
    add('in', 1, 'a', 'k');
    await runAll();
    task.state.freeze();
    const bytes = { key: Buffer.from('k'), value: Buffer.from('a') };
    // At least once: the state was committed, the offsets were not.
    await task.state.apply({ changelogs: new Map(), inputs: new Map() });
    task.reset(new Map());
    task.addRecords(fetchedRecord({ topic: 'in', partition: 0, offset: 0, timestamp: 1, headers: [], ...bytes }));
    await runAll();
    expect(written('out')).toEqual(['a', 'a']);
  });

  it('agrees with a list of all records that went on', async () => {
    const record = fc.tuple(fc.constantFrom('k', 'l'), fc.constantFrom('a', 'b'), fc.nat(60));
    const settings = {
      within: fc.integer({ min: 1, max: 20 }),
      grace: fc.nat(20),
      storage: fc.constantFrom('leveldb', 'memory'),
    };
    await fc.assert(
      fc.asyncProperty(fc.array(record), fc.record(settings), async (records, { within, grace, storage }) => {
        const options = { by: first, within, grace, storage } as const;
        const result = await piped((stream) => stream.distinct(options), records);
        expect(result).toEqual(naive(records, within, grace));
      }),
      { numRuns: 60 },
    );
  });
});

/** Records that are not late and not within reach of one that went on before. */
function naive(records: readonly Row<string, string>[], within: number, grace: number): Row<string, string>[] {
  const passed: Row<string, string>[] = [];
  let streamTime = -1;
  for (const record of records) {
    const [key, id, time] = record;
    streamTime = Math.max(streamTime, time);
    if (time + within <= streamTime - grace) continue;
    const same = passed.some((other) => other[0] === key && other[1] === id && Math.abs(other[2] - time) < within);
    if (!same) passed.push(record);
  }
  return passed;
}

describe('first', () => {
  const rows: Row<string, string>[] = [
    ['k', 'a1', 50],
    ['k', 'a2', 1_000_000],
    ['k', 'b1', 3],
    ['k', 'a3', 0],
  ];

  it('keeps the first to come of each id for good, whatever its time', async () => {
    expect(await piped((stream) => stream.first({ by: first }), rows)).toEqual([rows[0], rows[2]]);
    expect(await piped((stream) => stream.first(), rows)).toEqual([rows[0]]);
  });

  it('keeps it for a time', async () => {
    expect(await piped((stream) => stream.first({ by: first, within: 100 }), rows)).toEqual([rows[0], rows[1]]);
  });

  it('flags every record', async () => {
    const result = await run(
      (builder) => {
        const flagged = builder.stream('in', text).first({ by: first, flag: (_value, isFirst) => (isFirst ? 1 : 0) });
        flagged.to('out', { value: long() });
      },
      rows,
      { key: string(), value: long() },
    );
    expect(result.map(([, flag]) => flag)).toEqual([1, 0, 1, 0]);
  });
});

describe('a de-duplication', () => {
  it.each([0, 0.5, -1])('cannot remember records within %p ms', (within) => {
    const stream = new StreamsBuilder().stream('in', text);
    expect(() => stream.distinct({ within })).toThrow('remembered within');
  });

  it('has no negative grace', () => {
    const stream = new StreamsBuilder().stream('in', text);
    expect(() => stream.distinct({ within: 1, grace: -1 })).toThrow('Grace');
  });
});
