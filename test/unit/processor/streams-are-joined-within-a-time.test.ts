import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import type { StreamFacts } from '../../../src/dsl/serde-facts.js';
import type { KStream } from '../../../src/dsl/kstream.js';
import { within, type JoinWindows } from '../../../src/processor/window/join-windows.js';
import { EMISSION_SLICE } from '../../../src/topology/processor.js';
import { windowStore } from '../../../src/topology/store-definitions.js';
import { run, text, type Row } from './run.js';

type Input = readonly [...Row<string, string>, topic: string];
type Texts = KStream<string, string>;

const pair = (left: string | null, right: string | null): string => `${left ?? '-'}${right ?? '-'}`;

function joined(join: (left: Texts, right: Texts) => KStream<string, string, StreamFacts>, inputs: readonly Input[]) {
  return run(
    (builder) => {
      join(builder.stream('left', text), builder.stream('right', text)).to('out', text);
    },
    inputs,
    text,
  );
}

const inner = (windows: JoinWindows) => (left: Texts, right: Texts) => left.join(right, pair, windows);
const outer = (windows: JoinWindows) => (left: Texts, right: Texts) => left.outerJoin(right, pair, windows);

describe('two streams joined within a time', () => {
  it('give a result for each pair of a key, with the later of both times', async () => {
    const rows = await joined(inner(within(10)), [
      ['k', 'a', 20, 'left'],
      ['k', 'b', 10, 'right'],
      ['k', 'c', 9, 'right'],
      ['other', 'd', 20, 'right'],
      ['k', 'e', 30, 'right'],
      ['k', 'f', 31, 'right'],
      ['k', 'g', 25, 'left'],
    ]);
    expect(rows).toEqual([
      ['k', 'ab', 20],
      ['k', 'ae', 30],
      ['k', 'ge', 30],
      ['k', 'gf', 31],
    ]);
  });

  it('may look further one way than the other', async () => {
    const rows = await joined(inner(within(0, { after: 5 })), [
      ['k', 'a', 10, 'left'],
      ['k', 'b', 9, 'right'],
      ['k', 'c', 15, 'right'],
      ['k', 'd', 16, 'right'],
    ]);
    expect(rows).toEqual([['k', 'ac', 15]]);
  });

  it('find each of several records of one key and time', async () => {
    const rows = await joined(inner(within(10)), [
      ['k', 'a', 1, 'left'],
      ['k', 'a', 1, 'left'],
      ['k', 'b', 1, 'right'],
    ]);
    expect(rows).toHaveLength(2);
  });

  it('drop records without key or value', async () => {
    const rows = await joined(inner(within(10)), [
      [null, 'a', 1, 'left'],
      ['k', null, 1, 'left'],
      ['k', 'b', 1, 'right'],
    ]);
    expect(rows).toEqual([]);
  });

  it('give more results than one slice holds, in order', async () => {
    const many = Array.from({ length: EMISSION_SLICE + 5 }, (_, i): Input => ['k', `${i},`, i, 'left']);
    const rows = await joined(inner(within(2 * EMISSION_SLICE)), [...many, ['k', 'b', 0, 'right']]);
    expect(rows.map(([, value]) => value)).toEqual(many.map(([, value]) => `${value ?? ''}b`));
  });
});

describe('a left or outer join', () => {
  it('gives a record that found none when its window has closed, and not before', async () => {
    const rows = await joined(outer(within(10, { grace: 5 })), [
      ['k', 'a', 0, 'left'],
      ['k', 'b', 1, 'right'],
      ['lonely', 'c', 2, 'left'],
      ['alone', 'd', 3, 'right'],
      ['tick', 'e', 17, 'left'],
      ['tick', 'f', 19, 'left'],
    ]);
    expect(rows).toEqual([
      ['k', 'ab', 1],
      ['lonely', 'c-', 2],
      ['alone', '-d', 3],
    ]);
  });

  it('gives those of one time, whatever their keys, that of the right side first', async () => {
    const rows = await joined(outer(within(10)), [
      ['a', 'l', 5, 'left'],
      ['b', 'r', 5, 'right'],
      ['c', 'later', 7, 'right'],
      ['tick', 'e', 100, 'left'],
    ]);
    expect(rows).toEqual([
      ['b', '-r', 5],
      ['a', 'l-', 5],
      ['c', '-later', 7],
    ]);
  });

  it('gives more of them than one slice holds, in order', async () => {
    const many = Array.from({ length: EMISSION_SLICE + 5 }, (_, i): Input => ['k', `${i}`, i % 7, 'left']);
    const rows = await joined(outer(within(10)), [...many, ['tick', 'e', 100, 'left']]);
    expect(rows.map(([, , time]) => time)).toEqual(many.map(([, , time]) => time).sort((a, b) => a - b));
  });

  it('gives a late record at once if nothing more can come for it', async () => {
    const rows = await joined(outer(within(10)), [
      ['k', 'a', 100, 'left'],
      ['k', 'b', 50, 'right'],
    ]);
    expect(rows).toEqual([['k', '-b', 50]]);
  });

  it('gives a record without a key at once, since it can find none', async () => {
    const rows = await joined(
      (left, right) => left.leftJoin(right, pair, within(10)),
      [
        [null, 'a', 1, 'left'],
        [null, 'b', 1, 'right'],
      ],
    );
    expect(rows).toEqual([[null, 'a-', 1]]);
  });

  it('gives no record of the right side alone, if it is a left join', async () => {
    const rows = await joined(
      (left, right) => left.leftJoin(right, pair, within(10)),
      [
        ['k', 'b', 1, 'right'],
        ['tick', 'a', 100, 'left'],
        ['tick', 'a', 200, 'left'],
      ],
    );
    expect(rows).toEqual([['tick', 'a-', 100]]);
  });
});

describe('the stores of a stream-stream join', () => {
  const given = (name: string, retention = 20) =>
    windowStore({ name, ...text, retention, windowSize: 20, retainDuplicates: true });

  it.each([
    { what: 'of another retention', thisStore: given('this', 21) },
    { what: 'that keeps no duplicates', thisStore: { ...given('this'), retainDuplicates: false } },
    { what: 'of one name', thisStore: given('other') },
  ])('can not be two $what', ({ thisStore }) => {
    const builder = new StreamsBuilder();
    const [left, right] = [builder.stream('left', text), builder.stream('right', text)];
    const join = () => left.join(right, pair, within(10), { thisStore, otherStore: given('other') });
    expect(join).toThrow(expect.objectContaining({ code: 'JOIN_STORE_MISMATCH' }));
  });

  it('are shared by nobody else: two joins of the same streams have their own', () => {
    const builder = new StreamsBuilder();
    const [left, right] = [builder.stream('left', text), builder.stream('right', text)];
    for (const storeName of ['one', 'two']) left.outerJoin(right, pair, within(10), { storeName });
    const names = builder.build().subTopologies.flatMap(({ stores }) => stores.map(({ name }) => name));
    expect(new Set(names).size).toBe(6);
    expect(names.filter((name) => name.startsWith('one')).sort()).toEqual([
      'one-outer-other-join-store',
      'one-outer-shared-join-store',
      'one-outer-this-join-store',
    ]);
  });

  it('need windows that are not negative', () => {
    expect(() => within(5, { before: -10 })).toThrow(expect.objectContaining({ code: 'INVALID_WINDOW' }));
    expect(() => within(5, { grace: -1 })).toThrow(expect.objectContaining({ code: 'INVALID_WINDOW' }));
  });
});
