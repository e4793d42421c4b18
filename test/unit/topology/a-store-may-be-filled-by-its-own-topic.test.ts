import { describe, expect, it } from '@jest/globals';
import { string } from '../../../src/serde/index.js';
import type { KeyValueStore } from '../../../src/state/store.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import type { Record, Processor, ProcessorContext } from '../../../src/topology/processor.js';
import { keyValueStore } from '../../../src/topology/store-definitions.js';
import { Topology } from '../../../src/topology/topology.js';

const text = { key: string(), value: string() };

/** Names are read from `names` into a store; `in` is answered from it. */
function program(): Topology {
  return new Topology()
    .addReadOnlyStateStore({
      ...text,
      topic: 'names',
      store: keyValueStore({ name: 'names-store', ...text, logging: false }),
      sourceName: 'names-source',
      processorName: 'keep-names',
      supplier: () => new Keep(),
    })
    .addSource('source', { topics: 'in', ...text })
    .addProcessor('name', () => new LookUp(), { parents: 'source', stores: ['names-store'] })
    .addSink('sink', { topic: 'out', ...text, parents: 'name' });
}

describe('a read-only store', () => {
  it('is kept by its own processor and read by others', async () => {
    await using driver = await TopologyTestDriver.start(program().build());
    await driver.createInputTopic('names', text).pipe('u1', 'Ada');
    await driver.createInputTopic('in', text).pipe('u1', 'hello');
    expect(driver.createOutputTopic('out', text).readKeyValues()).toEqual([['u1', 'hello, Ada']]);
  });

  it('has its topic as changelog, and no other', () => {
    const topology = program().build();
    expect(topology.internalTopics('app')).toEqual([]);
    expect([...topology.subTopologies.flatMap((sub) => [...sub.sourceChangelogs])]).toEqual([['names-store', 'names']]);
  });
});

class Keep implements Processor<string, string> {
  #names: KeyValueStore<string, string> | undefined;

  init(context: ProcessorContext): void {
    this.#names = context.getStateStore('names-store');
  }
  process({ key, value }: Record<string, string>): void {
    this.#names?.put(key, value);
  }
}

class LookUp implements Processor<string, string, string, string> {
  #context: ProcessorContext<string, string> | undefined;

  init(context: ProcessorContext<string, string>): void {
    this.#context = context;
  }
  process(record: Record<string, string>): void {
    const names = this.#context?.getStateStore<KeyValueStore<string, string>>('names-store');
    this.#context?.forward(record.withValue(`${record.value}, ${names?.get(record.key) ?? 'stranger'}`));
  }
}
