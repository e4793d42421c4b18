import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import type { UntilTimeLimit } from '../../../src/dsl/suppress.js';
import { tumbling } from '../../../src/processor/window/windows.js';
import { long, string, timeWindowed } from '../../../src/serde/index.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import { run, text, type Row } from './run.js';

function held(options: Omit<UntilTimeLimit, 'until'>, inputs: readonly Row<string, string>[]) {
  return run(
    (builder) => {
      builder
        .table('in', text)
        .suppress({ until: 'timeLimit', ...options })
        .toStream()
        .to('out');
    },
    inputs,
    text,
  );
}

describe('a suppressed table', () => {
  it('tells the last change of a key once stream time has gone on by the limit', async () => {
    expect(
      await held({ limit: 10 }, [
        ['a', '1', 0],
        ['a', '2', 5],
        ['b', '1', 9],
        ['c', '1', 10],
      ]),
    ).toEqual([['a', '2', 5]]);
  });

  it('tells deletions', async () => {
    expect(
      await held({ limit: 1 }, [
        ['a', '1', 0],
        ['b', '1', 5],
        ['b', null, 6],
        ['c', '1', 9],
      ]),
    ).toEqual([
      ['a', '1', 0],
      ['b', null, 6],
    ]);
  });

  it('lets the oldest go when it is full', async () => {
    const buffer = { maxRecords: 1 };
    expect(
      await held({ limit: 100, buffer }, [
        ['a', '1', 1],
        ['b', '1', 0],
        ['c', '1', 2],
      ]),
    ).toEqual([
      ['b', '1', 0],
      ['a', '1', 1],
    ]);
  });

  it('fails when it is full and may not', async () => {
    const failing = held({ limit: 100, buffer: { maxRecords: 1, whenFull: 'shutDown' } }, [
      ['a', '1', 0],
      ['b', '1', 0],
    ]);
    await expect(failing).rejects.toMatchObject({ cause: { code: 'SUPPRESS_BUFFER_FULL' } });
  });

  it('is read as before while a key is held back', async () => {
    const rows = await run(
      (builder) => {
        const table = builder.table('table', text).suppress({ until: 'timeLimit', limit: 10 });
        builder
          .stream('in', text)
          .leftJoin(table, (value, other) => `${value}${String(other)}`)
          .to('out', text);
      },
      [
        ['k', 'new', 0, 'table'],
        ['k', 'x', 1],
        ['other', 'y', 10, 'table'],
        ['k', 'x', 11],
      ],
      text,
    );
    expect(rows.map(([, value]) => value)).toEqual(['xnull', 'xnew']);
  });

  it('goes on in slices, in order, when much is due at once', async () => {
    const keys = Array.from({ length: 2_500 }, (_, i) => String(i).padStart(4, '0'));
    const rows = await held({ limit: 10 }, [...keys.map((key): Row<string, string> => [key, 'v', 0]), ['z', 'v', 10]]);
    expect(rows.map(([key]) => key)).toEqual(keys);
  });
});

describe('a table suppressed until its windows close', () => {
  it('gives one result per window', async () => {
    const builder = new StreamsBuilder();
    const counts = builder
      .stream('in', text)
      .groupByKey()
      .windowedBy(tumbling(10, { grace: 5 }))
      .count();
    counts.suppress({ until: 'windowCloses' }).toStream().to('out');
    await using driver = await TopologyTestDriver.start(builder.build());
    const input = driver.createInputTopic('in', text);
    for (const timestamp of [1, 9, 12, 3, 15, 30]) await input.pipe('k', 'v', { timestamp });
    const output = driver.createOutputTopic('out', { key: timeWindowed(string(), 10), value: long() });
    expect(output.readAll().map(({ key, value }) => [key?.start, value])).toEqual([
      [0, 3],
      [10, 2],
    ]);
  });

  it.each([-1, NaN])('refuses a bound of %p', (maxRecords) => {
    const table = new StreamsBuilder().table('in', text);
    expect(() => table.suppress({ until: 'timeLimit', limit: 1, buffer: { maxRecords } })).toThrow('maxRecords');
  });
});
