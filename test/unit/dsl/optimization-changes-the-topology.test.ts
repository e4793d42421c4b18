import { describe, expect, it } from '@jest/globals';
import type { Optimization } from '../../../src/dsl/optimization.js';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { string } from '../../../src/serde/index.js';

const text = { key: string(), value: string() };

/** Internal topics of a program. */
function topicsOf(write: (builder: StreamsBuilder) => void, optimization?: Optimization): string[] {
  const builder = new StreamsBuilder();
  write(builder);
  return builder
    .build({ optimization })
    .internalTopics('app')
    .map(({ name }) => name);
}

const table = (builder: StreamsBuilder): void => void builder.table('in', { ...text, store: 'kept' });

function groupedTwice(builder: StreamsBuilder): void {
  const rekeyed = builder.stream('in', text).selectKey((value) => value);
  rekeyed.groupByKey({ ...text, name: 'first' }).count({ store: 'counts' });
  rekeyed
    .filter((value) => value !== '')
    .groupByKey({ ...text, name: 'second' })
    .count({ store: 'more' });
}

describe('a table that is read from a topic', () => {
  it('has a changelog of its own, unless the topic is to be reused', () => {
    expect(topicsOf(table)).toEqual(['app-kept-changelog']);
    expect(topicsOf(table, 'all')).toEqual([]);
    expect(topicsOf(table, ['merge.repartition.topics'])).toEqual(['app-kept-changelog']);
  });
});

describe('a stream whose key was changed', () => {
  const repartitions = (topics: readonly string[]): string[] => topics.filter((name) => name.endsWith('-repartition'));

  it('goes through one topic, named as the first, where they are to be merged', () => {
    expect(repartitions(topicsOf(groupedTwice))).toHaveLength(2);
    expect(repartitions(topicsOf(groupedTwice, ['merge.repartition.topics']))).toEqual(['app-first-repartition']);
  });

  it('goes through topics of its own behind a change of its values, whose serde is another', () => {
    const topics = topicsOf((builder) => {
      const rekeyed = builder.stream('in', text).selectKey((value) => value);
      rekeyed.groupByKey({ ...text, name: 'first' }).count();
      rekeyed
        .mapValues((value) => value.trim())
        .groupByKey({ ...text, name: 'second' })
        .count();
    }, 'all');
    expect(repartitions(topics)).toEqual(['app-first-repartition', 'app-second-repartition']);
  });

  it('goes through one topic behind a filter that two groups share', () => {
    const topics = topicsOf((builder) => {
      const shared = builder
        .stream('in', text)
        .selectKey((value) => value)
        .filter((value) => value !== '');
      shared.groupByKey({ ...text, name: 'first' }).count();
      shared.groupByKey({ ...text, name: 'second' }).count();
    }, 'all');
    expect(repartitions(topics)).toEqual(['app-first-repartition']);
  });
});

it('a program can be built again with other rules', () => {
  const builder = new StreamsBuilder();
  table(builder);
  const kept = (optimization: Optimization): number => builder.build({ optimization }).internalTopics('app').length;
  expect([kept('all'), kept('none')]).toEqual([0, 1]);
});

it('an unknown rule is refused', () => {
  const unknown = ['some'] as unknown as Optimization;
  expect(() => new StreamsBuilder().build({ optimization: unknown })).toThrow('"some" is not an optimization');
});
