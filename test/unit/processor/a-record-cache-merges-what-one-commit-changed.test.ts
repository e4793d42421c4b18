import { describe, expect, it } from '@jest/globals';
import { long } from '../../../src/serde/index.js';
import { run, text } from './run.js';
import type { StreamsBuilder } from '../../../src/dsl/streams-builder.js';

const countWords = (caching: boolean) => (builder: StreamsBuilder) => {
  builder
    .stream('in', text)
    .flatMap((_, value) => value.split(' ').map((word) => [word, word] as const))
    .groupByKey(text)
    .count({ caching })
    .toStream()
    .to('out');
};

describe('an aggregation whose store is cached', () => {
  it('sends the last of the changes that are committed together', async () => {
    const out = { ...text, value: long(), cacheMaxBytes: 1_000_000 };
    const groupInOneTask = (builder: StreamsBuilder) => {
      builder
        .stream('in', text)
        .flatMapValues((value) => value.split(' '))
        .groupByKey()
        .count()
        .toStream()
        .to('out');
    };
    expect(
      await run(
        groupInOneTask,
        [
          ['k', 'x x x', 0],
          ['k', 'y', 1],
        ],
        out,
      ),
    ).toEqual([
      ['k', 3, 0],
      ['k', 4, 1],
    ]);
  });

  it('sends every change where the cache has no size, or the store asks for none', async () => {
    const everyChange = [
      ['x', 1, 0],
      ['x', 2, 0],
      ['y', 1, 0],
    ];
    const inputs = [['k', 'x x y', 0]] as const;
    expect(await run(countWords(true), inputs, { ...text, value: long() })).toEqual(everyChange);
    expect(await run(countWords(false), inputs, { ...text, value: long(), cacheMaxBytes: 1_000_000 })).toEqual(
      everyChange,
    );
  });
});
