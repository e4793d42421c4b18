import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { tumbling } from '../../../src/processor/window/windows.js';
import { json, string } from '../../../src/serde/index.js';
import { arrivalDependencies } from '../../../src/topology/arrival.js';
import { Topology } from '../../../src/topology/topology.js';
import { topologyToJson } from '../../../src/topology/topology-json.js';

const read = { key: string(), value: string() };
const streamOf = (builder: StreamsBuilder) => builder.stream('in', read);
const nothing = { process: () => undefined };

function named(program: (builder: StreamsBuilder) => unknown): string[] {
  const builder = new StreamsBuilder();
  program(builder);
  return arrivalDependencies(builder.build().subTopologies).map(({ node }) => node);
}

describe('operators whose results depend on the order of arrival', () => {
  it.each<[what: string, program: (builder: StreamsBuilder) => unknown]>([
    ['counts', (builder) => streamOf(builder).groupByKey().count()],
    ['windows that count', (builder) => streamOf(builder).groupByKey().windowedBy(tumbling('1m')).count()],
    ['tables with versions', (builder) => builder.table('in', { ...read, store: 'in', historyRetention: '1h' })],
    [
      'what comes behind a reorder',
      (builder) =>
        streamOf(builder)
          .reorder({ within: '1m' })
          .process(() => nothing),
    ],
  ])('are not %s', (_, program) => {
    expect(named(program)).toEqual([]);
  });

  it.each<[what: string, program: (builder: StreamsBuilder) => unknown]>([
    ['processors', (builder) => streamOf(builder).process(() => nothing, { name: 'it' })],
    ['tables without versions', (builder) => builder.table('t', { ...read, name: 'it' })],
    [
      'folds',
      (builder) =>
        streamOf(builder)
          .groupByKey()
          .reduce((_, value) => value, { name: 'it' }),
    ],
    [
      'look-ups in tables',
      (builder) => {
        const versions = builder.table('t', { ...read, store: 't', historyRetention: '1h' });
        return streamOf(builder).join(versions, (value) => value, { name: 'it' });
      },
    ],
  ])('are %s', (_, program) => {
    expect(named(program)).toEqual(['it']);
  });

  it('are named again behind a repartition topic, which mixes what several tasks write', () => {
    const names = named((builder) =>
      streamOf(builder)
        .reorder({ within: '1m' })
        .groupBy((value) => value, { key: string() })
        .reduce((_, value) => value, { name: 'last' }),
    );
    expect(names).toEqual(['last']);
  });

  it('stand in the description as JSON', () => {
    const topology = new Topology()
      .addSource('source', { topics: 'in', key: string(), value: json() })
      .addProcessor('mine', () => nothing, { parents: 'source' })
      .build();
    const [part] = topologyToJson(topology).subTopologies;
    expect(part?.nodes.map(({ name, arrival }) => [name, arrival])).toEqual([
      ['source', undefined],
      ['mine', 'processor'],
    ]);
  });
});
