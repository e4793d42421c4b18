import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { defineTopology } from '../../../../src/app/define-topology.js';
import { fileSource } from '../../../../src/connect/files/file-source.js';
import { json, long, string } from '../../../../src/serde/index.js';
import { MemorySink } from '../../../../src/testing/memory-sink.js';
import { BackfillFolder, type Row } from '../../../support/backfill/backfill-of.js';

const words = (...texts: readonly string[]): Row[] => texts.map((value, at) => ({ key: value, value, timestamp: at }));
const counting = defineTopology({
  name: 'counting',
  build(builder) {
    const counts = builder.stream('words', { key: string(), value: string() }).groupByKey().count({ store: 'counts' });
    counts.toStream().to('counts', { value: long() });
  },
});

let folder: BackfillFolder;
afterEach(() => folder.remove());

describe('a backfill', () => {
  it('writes a file for each topic, in the order of keys, and says what it has done', async () => {
    folder = await BackfillFolder.make({ words: words('b', 'a', 'b') });
    const { records, outputs } = await folder.run(counting, { partitions: 1 });
    expect([records, ...outputs]).toEqual([3, ['counts', 2]]);
    expect(await folder.results('counts')).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('leaves out what is of a time, and later', async () => {
    folder = await BackfillFolder.make({ words: words('a', 'a', 'a', 'a') });
    expect((await folder.run(counting, { untilMs: 2 })).records).toBe(2);
    expect(await folder.results('counts')).toEqual([['a', 2]]);
  });

  it('processes records in the order of their times, across topics and through repartition topics', async () => {
    folder = await BackfillFolder.make({ left: words('l0', 'l1'), right: words('r0', 'r1') });
    const order = defineTopology({
      name: 'order',
      build(builder) {
        const read = { key: string(), value: string() };
        builder
          .stream('left', read)
          .merge(builder.stream('right', read))
          .groupBy(() => 'all', { key: string(), value: string() })
          .reduce((all, next) => `${all} ${next}`, { store: 'all', logging: false })
          .toStream()
          .to('order');
      },
    });
    await folder.run(order, { to: { path: join(folder.path, 'out'), latest: true } });
    expect(await folder.results('order')).toEqual([['all', 'l0 r0 l1 r1']]);
  });

  it('reads from the sources that the topology names', async () => {
    folder = await BackfillFolder.make({ other: words('a') });
    const record = ({ value }: Row) => ({ key: 'named', value, timestamp: 1 });
    const named = { ...counting, backfill: { words: (from: string) => fileSource({ from: `${from}/other`, record }) } };
    await folder.run(named);
    expect(await folder.results('counts')).toEqual([['named', 1]]);
  });

  it('takes the time that the topology finds in a record, where the source gives none', async () => {
    const texts = ['3 c', '1 a', '2 b'];
    folder = await BackfillFolder.make({ words: texts.map((value) => ({ key: 'all', value })) });
    const timed = defineTopology({
      name: 'timed',
      build(builder) {
        const timestamp = (text: string | null): number => Number(text?.split(' ')[0]);
        const read = builder.stream('words', { key: string(), value: string(), timestamp });
        const joined = read.groupByKey().reduce((all, next) => `${all}, ${next}`, { store: 'joined', logging: false });
        joined.toStream().to('joined');
      },
    });
    await folder.run(timed, { to: { path: join(folder.path, 'out'), latest: true } });
    expect(await folder.results('joined')).toEqual([['all', '1 a, 2 b, 3 c']]);
    await expect(folder.run(counting)).rejects.toThrow('it has no time');
  });

  it('keeps its hands off a folder that is not of a backfill', async () => {
    folder = await BackfillFolder.make({ words: words('a') });
    await writeFile(join(folder.path, 'mine.txt'), '');
    await expect(folder.run(counting, { to: { path: folder.path } })).rejects.toMatchObject({
      code: 'BACKFILL_TARGET_TAKEN',
    });
  });

  it('shows nothing of an interrupted run, and replaces what an earlier one has written', async () => {
    folder = await BackfillFolder.make({ words: words('a') });
    await folder.run(counting);
    await folder.write('words', [...words('a', 'a'), { key: 'x', value: 'x', timestamp: -1 }]);
    await expect(folder.run(counting)).rejects.toMatchObject({ code: 'SOURCE_RECORD_INVALID' });
    expect(await folder.results('counts')).toEqual([['a', 1]]);
    await folder.write('words', words('a', 'a'));
    await folder.run(counting);
    expect(await folder.results('counts')).toEqual([['a', 2]]);
    expect((await readdir(folder.path)).sort()).toEqual(['in', 'out', 'state']);
  });
});

describe('the sinks of a topology in a backfill', () => {
  const sink = new MemorySink<string, string>();
  const sinking = defineTopology({
    name: 'sinking',
    build(builder) {
      builder.stream('words', { key: string(), value: string() }).toSink('kept', sink, { value: string() });
    },
  });
  const kept = (): (string | null)[] => sink.records.map(({ value }) => value).sort();

  it('are given every record once, also when it is run again over the same data', async () => {
    folder = await BackfillFolder.make({ words: words('a', 'b', 'c') });
    await folder.run(sinking);
    await folder.run(sinking);
    expect(kept()).toEqual(['a', 'b', 'c']);
  });

  it('are given everything of other data', async () => {
    folder = await BackfillFolder.make({ words: words('d') });
    await folder.run(sinking);
    expect(kept()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are given nothing when they are to be skipped', async () => {
    folder = await BackfillFolder.make({ words: words('skipped') });
    await folder.run(sinking, { skippedSinks: ['kept'] });
    expect(kept()).not.toContain('skipped');
    await expect(folder.run(sinking, { skippedSinks: ['none'] })).rejects.toMatchObject({ code: 'SINK_NOT_FOUND' });
  });
});

describe('calls of others in a backfill', () => {
  it('are waited for, those that are made again too', async () => {
    folder = await BackfillFolder.make({ words: words('a', 'b', 'c') });
    const failed = new Set<string>();
    const answer = (word: string): Promise<string> => {
      if (failed.has(word)) return Promise.resolve(`${word}!`);
      failed.add(word);
      return Promise.reject(new Error('not now'));
    };
    const calling = defineTopology({
      name: 'calling',
      build(builder) {
        const read = { key: string(), value: string() };
        const retry = { attempts: 3, initialDelay: '1ms' } as const;
        builder.stream('words', read).mapAsync(answer, { value: string(), retry }).to('answers', { value: string() });
      },
    });
    await folder.run(calling, { partitions: 1 });
    expect((await folder.results('answers')).map(([, value]) => value)).toEqual(['a!', 'b!', 'c!']);
  });
});

describe('global tables in a backfill', () => {
  it('hold what they held at the time of each record', async () => {
    const names: Row[] = [
      { key: 'k', value: 'old', timestamp: 0 },
      { key: 'k', value: 'new', timestamp: 20 },
    ];
    const asked: Row[] = [10, 30].map((timestamp) => ({ key: `at ${timestamp}`, value: 'k', timestamp }));
    folder = await BackfillFolder.make({ names, asked });
    const looking = defineTopology({
      name: 'looking',
      build(builder) {
        const table = builder.globalTable('names', { key: string(), value: string(), store: 'names' });
        const stream = builder.stream('asked', { key: string(), value: string() });
        stream
          .join(
            table,
            (value) => value,
            (_, name) => name,
          )
          .to('answers', { value: json<string>() });
      },
    });
    await folder.run(looking, { partitions: 1 });
    expect(await folder.results('answers')).toEqual([
      ['at 10', 'old'],
      ['at 30', 'new'],
    ]);
  });
});
