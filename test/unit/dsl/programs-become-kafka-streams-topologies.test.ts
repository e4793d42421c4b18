import { describe, expect, it } from '@jest/globals';
import { hopping, tumbling } from '../../../src/processor/window/windows.js';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { json, long, string } from '../../../src/serde/index.js';
import type { BuiltTopology } from '../../../src/topology/node.js';

const text = { key: string(), value: string() };

function nodesOf(built: BuiltTopology): string[][] {
  return built.subTopologies.map(({ nodes }) => nodes.map(({ name }) => name));
}

describe('a program', () => {
  it('numbers its operators in the order they are written', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .filter((value) => value !== '')
      .mapValues((value) => value.length)
      .peek(() => undefined)
      .to('out', { value: long() });
    expect(nodesOf(builder.build())).toEqual([
      [
        'KSTREAM-SOURCE-0000000000',
        'KSTREAM-FILTER-0000000001',
        'KSTREAM-MAPVALUES-0000000002',
        'KSTREAM-PEEK-0000000003',
        'KSTREAM-SINK-0000000004',
      ],
    ]);
  });

  it('is repartitioned where a new key meets an aggregation', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .groupBy((value) => value.slice(0, 1), { key: string() })
      .count({ store: 'counts' });
    const built = builder.build();
    expect(nodesOf(built)).toEqual([
      [
        'KSTREAM-SOURCE-0000000000',
        'KSTREAM-KEY-SELECT-0000000001',
        'counts-repartition-filter',
        'counts-repartition-sink',
      ],
      ['counts-repartition-source', 'KSTREAM-AGGREGATE-0000000002'],
    ]);
    expect(built.subTopologies[1]!.repartitionTopics).toEqual([{ name: 'counts-repartition', partitions: undefined }]);
  });

  it('is not repartitioned where the key stayed', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .mapValues((value) => value.length, { name: 'length' })
      .groupByKey()
      .count();
    expect(builder.build().subTopologies).toHaveLength(1);
  });

  it('keeps a table only if it is named, joined or compared', () => {
    const storesOf = (use: (builder: StreamsBuilder) => void) => {
      const builder = new StreamsBuilder();
      use(builder);
      return builder.build().subTopologies.flatMap(({ stores }) => stores.map(({ name }) => name));
    };
    expect(storesOf((b) => void b.table('t', text).toStream())).toEqual([]);
    expect(storesOf((b) => void b.table('t', { ...text, store: 'rows' }))).toEqual(['rows']);
    expect(storesOf((b) => void b.stream('s', text).join(b.table('t', text), (left, right) => left + right))).toEqual([
      't-STATE-STORE-0000000001',
    ]);
  });

  it('reads one topic once, whatever the number of streams', () => {
    const builder = new StreamsBuilder();
    builder.stream('in', text).to('a');
    builder.stream('in', text).to('b');
    expect(nodesOf(builder.build())).toEqual([
      ['KSTREAM-SOURCE-0000000000', 'KSTREAM-SINK-0000000001', 'KSTREAM-SINK-0000000003'],
    ]);
  });

  it('may be extended and built again', () => {
    const builder = new StreamsBuilder();
    const stream = builder.stream('in', text);
    stream.to('a');
    const first = builder.build().describe();
    expect(builder.build().describe()).toBe(first);
    stream.to('b');
    expect(builder.build().describe()).toContain('(topic: b)');
  });

  it('keeps windows for their size and grace, and their changelog a day longer', () => {
    const builder = new StreamsBuilder();
    const grouped = builder.stream('in', { key: string(), value: json<{ n: number }>() }).groupByKey();
    grouped.windowedBy(tumbling('1m', { grace: '10s' })).count({ store: 'tumbling' });
    grouped.windowedBy(hopping('1m', { advance: '10s' })).count({ store: 'hopping', retention: '1h' });
    const retentions = builder
      .build()
      .internalTopics('app')
      .map(({ name, configs }) => [name, configs['retention.ms']]);
    expect(retentions).toEqual([
      ['app-tumbling-changelog', String(70_000 + 86_400_000)],
      ['app-hopping-changelog', String(3_600_000 + 86_400_000)],
    ]);
  });

  it('requires both sides of a join to have equal partitions', () => {
    const builder = new StreamsBuilder();
    builder.stream('s', text).leftJoin(builder.table('t', text), (left, right) => `${left}${right ?? ''}`);
    expect(builder.build().subTopologies[0]!.copartitionGroups).toEqual([['s', 't']]);
  });

  it('sends windowed keys where their inner keys go', () => {
    const builder = new StreamsBuilder();
    builder.stream('in', text).groupByKey().windowedBy(tumbling(10)).count().toStream().to('out');
    const sink = builder.build().subTopologies[0]!.nodes.find((node) => node.kind === 'sink');
    const bytes = sink?.partitionKeySerde?.serialize({ key: 'k', start: 10, end: 20 });
    expect(bytes?.toString()).toBe('k');
  });
});
