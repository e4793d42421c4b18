import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { string } from '../../../src/serde/primitives.js';
import { MemorySink } from '../../../src/testing/memory-sink.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';

const text = { key: string(), value: string() };

function program(sink: MemorySink<string, string>): StreamsBuilder {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .mapValues((value) => value.toUpperCase())
    .toSink('rows', sink, { value: string() });
  builder.sink('raw', { topic: 'other', ...text, sink });
  return builder;
}

describe.each([undefined, 4])('a test driver with %s partitions', (partitions) => {
  it('keeps what a stream writes to a sink, whose destination sees nothing', async () => {
    const destination = new MemorySink<string, string>();
    await using driver = await TopologyTestDriver.start(program(destination).build(), { partitions });
    await driver.createInputTopic('in', text).pipe('a', 'one');
    await driver.createInputTopic('in', text).pipe('b', 'two');
    expect(driver.sink<string, string>('rows').readKeyValues()).toEqual([
      ['a', 'ONE'],
      ['b', 'TWO'],
    ]);
    expect(destination.records).toEqual([]);
  });

  it('takes records of a topic that a sink reads as it is', async () => {
    await using driver = await TopologyTestDriver.start(program(new MemorySink()).build(), { partitions });
    await driver.createInputTopic('other', text).pipe('a', 'one');
    expect(driver.sink<string, string>('raw').readValues()).toEqual(['one']);
  });

  it('names the sinks that there are', async () => {
    await using driver = await TopologyTestDriver.start(program(new MemorySink()).build(), { partitions });
    expect(() => driver.sink('row')).toThrow('sink "row" is not in the topology');
  });
});
