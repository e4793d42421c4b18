import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KStream } from '../../../src/dsl/kstream.js';
import type { Reorder } from '../../../src/dsl/reorder.js';
import type { Known } from '../../../src/dsl/serde-facts.js';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { arrivals } from '../../../src/processor/reorder/arrival.js';
import { heldRecords } from '../../../src/processor/reorder/held-record.js';
import { LATE_HEADERS } from '../../../src/processor/window/late-output.js';
import { string } from '../../../src/serde/index.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import { runTask } from '../runtime/task/run-task.js';
import { run, text, type Row } from './run.js';

function reordered(
  options: Reorder<string, string, Known>,
  inputs: readonly Row<string, string>[],
): Promise<Row<string, string>[]> {
  return run(
    (builder) => {
      builder.stream('in', text).reorder(options).to('out');
    },
    inputs,
    text,
  );
}

const at = (...times: number[]): Row<string, string>[] => times.map((time, i) => ['k', String(i), time]);

describe('reorder', () => {
  it('sends records on by timestamp once stream time is `within` past them', async () => {
    expect(await reordered({ within: 10 }, at(5, 3, 12, 7, 15))).toEqual([
      ['k', '1', 3],
      ['k', '0', 5],
    ]);
  });

  it('keeps the order of records of one timestamp', async () => {
    const rows = await reordered({ within: 5 }, at(3, 1, 3, 1, 3, 99));
    expect(rows.map(([, value]) => value)).toEqual(['1', '3', '0', '2', '4']);
  });

  it('orders records of one timestamp by what the program says, then as they came', async () => {
    const options = { within: 5, thenBy: (value: string) => value.slice(0, 1) };
    const came = ['b1', 'a1', 'c', 'a2', 'end'].map((value, i): Row<string, string> => ['k', value, i < 4 ? 3 : 99]);
    expect((await reordered(options, came)).map(([, value]) => value)).toEqual(['a1', 'a2', 'b1', 'c']);
  });

  it('takes a record that is just `within` behind, and sends a later one aside with the reason', async () => {
    const builder = new StreamsBuilder();
    const late = (stream: KStream<string, string>): void => {
      stream.to('late');
    };
    builder.stream('in', text).reorder({ within: 10, late }).to('out');
    await using driver = await TopologyTestDriver.start(builder.build());
    const input = driver.createInputTopic('in', text);
    for (const timestamp of [20, 10, 9]) await input.pipe('k', String(timestamp), { timestamp });
    expect(driver.createOutputTopic('out', text).readKeyValues()).toEqual([['k', '10']]);
    const [record] = driver.createOutputTopic('late', text).readAll();
    expect([record?.value, record?.timestamp]).toEqual(['9', 9]);
    expect(record?.headers.map(([name, value]) => [name, value?.toString()])).toEqual([
      [LATE_HEADERS.node, 'KSTREAM-REORDER-0000000001'],
      [LATE_HEADERS.streamTime, '20'],
    ]);
  });

  it('passes records through that are in order, if it may wait for none', async () => {
    expect(await reordered({ within: 0 }, at(1, 1, 2, 1, 3))).toEqual([
      ['k', '0', 1],
      ['k', '1', 1],
      ['k', '2', 2],
      ['k', '4', 3],
    ]);
  });

  it('keeps records without key or value, and headers', async () => {
    const builder = new StreamsBuilder();
    builder.stream('in', text).reorder({ within: 0 }).to('out');
    await using driver = await TopologyTestDriver.start(builder.build());
    const headers = [['trace', Buffer.from('1')]] as const;
    await driver.createInputTopic('in', text).pipe(null, null, { timestamp: 0, headers });
    const [record] = driver.createOutputTopic('out', text).readAll();
    expect([record?.key, record?.value, record?.headers]).toEqual([null, null, headers]);
  });

  it('keeps each of the records that one record became', async () => {
    const rows = await run(
      (builder) => {
        const letters = builder.stream('in', text).flatMapValues((value) => value.split(''));
        letters.reorder({ within: 1, value: string() }).to('out');
      },
      [
        ['k', 'cab', 0],
        ['k', 'z', 9],
      ],
      text,
    );
    expect(rows.map(([, value]) => value)).toEqual(['c', 'a', 'b']);
  });

  it('goes on in slices, in order, when much is due at once', async () => {
    const times = Array.from({ length: 2_500 }, (_, i) => (i * 7) % 2_500);
    const rows = await reordered({ within: 10_000 }, at(...times, 20_000));
    expect(rows.map(([, , time]) => time)).toEqual(times.map((_, i) => i));
  });

  it('has after an abort what it held back at the commit', async () => {
    const builder = new StreamsBuilder();
    builder.stream('in', text).reorder({ within: 10 }).to('out');
    const { add, run: runAll, task, written } = await runTask(builder, { inputs: ['in'] });
    add('in', 5, 'committed', 'k');
    await runAll();
    const offsets = task.prepareCommit();
    task.state.freeze();
    await task.state.apply({ changelogs: new Map(), inputs: new Map() });
    add('in', 4, 'aborted', 'k');
    add('in', 30, 'sends both on', 'k');
    await runAll();
    task.state.abort();
    task.reset(new Map(offsets.map((offset) => ['in-0', offset])));
    add('in', 6, 'not late', 'k');
    add('in', 16, 'end', 'k');
    await runAll();
    expect(written('out')).toEqual(['aborted', 'committed', 'committed', 'not late']);
  });

  it('gives what a sort gives of all that is not late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(40)), fc.nat(20), async (times, within) => {
        const end = 1_000;
        const rows = await reordered({ within }, at(...times, end));
        expect(rows.filter(([, , time]) => time < end)).toEqual(sorted(at(...times), within));
      }),
      { numRuns: 60 },
    );
  });

  it('has no negative wait', () => {
    const stream = new StreamsBuilder().stream('in', text);
    expect(() => stream.reorder({ within: -1 })).toThrow('in order within -1');
  });

  it('refuses bytes that it did not write', () => {
    expect(() => arrivals.deserialize(Buffer.alloc(3), 0, 3)).toThrow('too short');
    const held = heldRecords(string(), string());
    expect(() => held.deserialize(Buffer.alloc(5), 0, 5)).toThrow('too short');
  });

  it('reads back the order of a record', () => {
    const arrival = { group: 'été', offset: -1, ordinal: 3 };
    const bytes = arrivals.serialize(arrival);
    expect(arrivals.deserialize(bytes, 0, bytes.length)).toEqual(arrival);
  });
});

function sorted(rows: readonly Row<string, string>[], within: number): Row<string, string>[] {
  let streamTime = -1;
  const inTime = rows.filter(([, , time]) => {
    streamTime = Math.max(streamTime, time);
    return time >= streamTime - within;
  });
  return [...inTime].sort(([, , left], [, , right]) => left - right);
}
