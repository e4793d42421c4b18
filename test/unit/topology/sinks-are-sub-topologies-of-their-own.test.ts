import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { string } from '../../../src/serde/primitives.js';
import { MemorySink } from '../../../src/testing/memory-sink.js';
import { topologyToJson } from '../../../src/topology/topology-json.js';
import { TopologyError } from '../../../src/topology/topology-error.js';

const text = { key: string(), value: string() };

/** Two streams, of which the first may end in a sink before the second is begun. */
function program(withSinks: boolean): StreamsBuilder {
  const builder = new StreamsBuilder();
  const first = builder.stream('first', text).filter(() => true);
  if (withSinks) first.toSink('rows', new MemorySink());
  if (withSinks) builder.sink('files', { topic: 'out', ...text, sink: new MemorySink() });
  builder
    .stream('second', text)
    .groupByKey()
    .count()
    .toStream()
    .foreach(() => undefined);
  return builder;
}

describe('a sink', () => {
  it('is described as a sub-topology behind all others', () => {
    const text = program(true).build().describe();
    expect(text.slice(text.indexOf('Sub-topology: 2'))).toBe(`Sub-topology: 2 for sink rows
    Source: rows-source (topics: [rows-sink])
      --> rows
    Connector: rows (memory, exactly-once)
      <-- rows-source

  Sub-topology: 3 for sink files
    Source: files-source (topics: [out])
      --> files
    Connector: files (memory, exactly-once)
      <-- files-source

`);
  });

  it('leaves names and numbers of all else as they were', () => {
    const ids = (builder: StreamsBuilder) =>
      builder.build().subTopologies.map(({ id, nodes }) => [id, nodes.map(({ name }) => name)]);
    const [first, second] = ids(program(false));
    expect(ids(program(true)).slice(0, 2)).toEqual([[0, [...(first?.[1] as string[]), 'rows-sink']], second]);
  });

  it('reads an internal topic that has as many partitions as its stream, and is never expired by time', () => {
    const topic = program(true)
      .build()
      .internalTopics('app')
      .find(({ name }) => name === 'app-rows-sink');
    expect(topic).toMatchObject({ type: 'repartition', partitions: undefined, configs: { 'retention.ms': '-1' } });
  });

  it('tells in JSON what it writes to', () => {
    const [node] = topologyToJson(program(true).build()).subTopologies[2]!.nodes.slice(-1);
    expect(node).toEqual({ name: 'rows', kind: 'connector', sink: { kind: 'memory', guarantee: 'exactly-once' } });
  });

  it('is refused a topic that another source reads', () => {
    const builder = program(false).sink('twice', { topic: 'first', ...text, sink: new MemorySink() });
    expect(() => builder.build()).toThrow(TopologyError);
  });
});
