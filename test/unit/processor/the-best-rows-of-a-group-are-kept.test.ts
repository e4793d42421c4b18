import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { memberList, type Member } from '../../../src/processor/top/member.js';
import { Ranking } from '../../../src/processor/top/ranking.js';
import { rankingKey } from '../../../src/processor/top/ranking-key.js';
import { topList } from '../../../src/processor/top/top-list.js';
import { string } from '../../../src/serde/index.js';
import type { KeyValueStore } from '../../../src/state/store.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import { keyValueStore } from '../../../src/topology/store-definitions.js';
import { Topology } from '../../../src/topology/topology.js';
import { runTask } from '../runtime/task/run-task.js';
import { run, text, type Row } from './run.js';

/** Rows are `<group><score>`; the two best of each group go to `out`. */
function program(builder: StreamsBuilder): void {
  builder
    .table('in', text)
    .groupBy((_key, value) => [value.charAt(0), value], text)
    .topN({ by: (value) => Number(value.slice(1)), n: 2, store: 'top' })
    .toStream()
    .mapValues((values) => values?.join(' ') ?? null)
    .to('out', { value: string() });
}

const tops = (inputs: readonly Row<string, string>[]): Promise<Row<string, string>[]> => run(program, inputs, text);

describe('topN', () => {
  it('sends the best rows, highest first, when they change', async () => {
    const result = await tops([
      ['r1', 'a5', 0],
      ['r2', 'a7', 1],
      ['r3', 'a1', 2],
      ['r4', 'a6', 3],
      ['r5', 'b1', 4],
    ]);
    expect(result).toEqual([
      ['a', 'a5', 0],
      ['a', 'a7 a5', 1],
      ['a', 'a7 a6', 3],
      ['b', 'b1', 4],
    ]);
  });

  it('lets the next row move up when one is deleted, changed, or leaves the group', async () => {
    const result = await tops([
      ['r1', 'a5', 0],
      ['r2', 'a4', 0],
      ['r3', 'a3', 0],
      ['r1', null, 1],
      ['r2', 'a2', 2],
      ['r3', 'b3', 3],
      ['r2', null, 4],
    ]);
    expect(result.slice(2).map(([group, list]) => [group, list])).toEqual([
      ['a', 'a4 a3'],
      ['a', 'a3 a2'],
      ['a', 'a2'],
      ['b', 'b3'],
      ['a', null],
    ]);
  });

  it('leaves rows without a score out', async () => {
    expect(await tops([['r', 'a?', 0]])).toEqual([]);
  });

  it('keeps lists and ranking in stores of their own', async () => {
    const builder = new StreamsBuilder();
    program(builder);
    await using driver = await TopologyTestDriver.start(builder.build());
    await driver.createInputTopic('in', text).pipe('r', 'a5');
    expect(driver.store<KeyValueStore<string, unknown>>('top').get('a')).toEqual({ value: ['a5'], timestamp: 0 });
    expect(driver.storeNames()).toEqual(expect.arrayContaining(['top', 'top-ranking']));
  });

  it.each([0, 1.5, NaN])('cannot keep %p rows', (n) => {
    const groups = new StreamsBuilder().table('in', text).groupBy((key, value) => [key, value], text);
    expect(() => groups.topN({ by: Number, n })).toThrow('cannot be kept');
  });
});

/** A ranking over a real store, and what its task needs to commit and abort. */
async function openRanking() {
  let ranking: Ranking<string> | undefined;
  const topology = new Topology()
    .addSource('source', { topics: 'in', ...text })
    .addProcessor(
      'rank',
      () => ({
        init(context) {
          ranking = new Ranking(context.getStateStore('ranking'));
        },
        process: () => undefined,
      }),
      { parents: 'source' },
    )
    .addStateStore(keyValueStore({ name: 'ranking', key: rankingKey(string()), value: memberList }), 'rank');
  const { task } = await runTask(topology, { inputs: ['in'] });
  if (ranking === undefined) throw new Error('the processor was not started');
  return { ranking, task };
}

const member = (score: number, name: string): Member => ({ score, bytes: Buffer.from(name) });
const shown = (members: readonly Member[]): string[] =>
  members.map(({ score, bytes }) => `${score}${bytes.toString()}`);

describe('a ranking', () => {
  it('agrees with a sorted list, whatever is added and removed', async () => {
    const step = fc.record({
      adds: fc.nat(3).map((chance) => chance > 0),
      score: fc.integer({ min: 0, max: 5 }),
      name: fc.constantFrom('', 'a', 'aa', 'ab', 'b', '\u00ff'),
    });
    const { ranking } = await openRanking();
    let group = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 300, maxLength: 900, size: 'max' }), (steps) => {
        const g = String(group++);
        const model: Member[] = [];
        for (const { adds, score, name } of steps) {
          const one = member(score, name);
          if (adds) {
            ranking.add(g, one);
            model.push(one);
          } else {
            ranking.remove(g, one);
            const at = model.findIndex((other) => other.score === score && other.bytes.equals(one.bytes));
            if (at >= 0) model.splice(at, 1);
          }
        }
        const sorted = model.sort((a, b) => b.score - a.score || Buffer.compare(a.bytes, b.bytes));
        expect(shown(ranking.top(g, 1_000))).toEqual(shown(sorted));
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it('keeps nothing of a group that was emptied, after any number of members', async () => {
    const { ranking, task } = await openRanking();
    const members = Array.from({ length: 1_000 }, (_, i) => member((i * 7) % 1_000, 'x'));
    for (const one of members) ranking.add('g', one);
    expect(shown(ranking.top('g', 2))).toEqual(['999x', '998x']);
    for (const one of members) ranking.remove('g', one);
    const store = task.state.stores.get('ranking') as KeyValueStore<unknown, unknown>;
    expect(store.approximateEntries()).toBe(0);
  });

  it('is after an abort as it was committed', async () => {
    const { ranking, task } = await openRanking();
    for (let i = 0; i < 100; i++) ranking.add('g', member(i, 'x'));
    task.state.freeze();
    await task.state.apply({ changelogs: new Map(), inputs: new Map() });
    for (let i = 0; i < 100; i++) ranking.remove('g', member(i, 'x'));
    task.state.abort();
    expect(shown(ranking.top('g', 1_000))).toHaveLength(100);
  });

  it('refuses bytes that it did not write', () => {
    expect(() => memberList.deserialize(Buffer.alloc(5), 0, 5)).toThrow('too short');
    expect(() => rankingKey(string()).deserialize(Buffer.alloc(3), 0, 3)).toThrow('too short');
    const list = topList(string()).serialize(['a', '']);
    expect(topList(string()).deserialize(list, 0, list.length)).toEqual(['a', '']);
  });
});
