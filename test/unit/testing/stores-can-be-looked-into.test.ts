import { describe, expect, it } from '@jest/globals';
import { partitionForKey } from '../../../src/broker/client/partitioner.js';
import { long, string } from '../../../src/serde/index.js';
import type { KeyValueStore } from '../../../src/state/store.js';
import { TopologyTestDriver } from '../../../src/testing/index.js';
import type { ProcessorSupplier, Record } from '../../../src/topology/processor.js';
import { keyValueStore } from '../../../src/topology/store-definitions.js';
import { Topology } from '../../../src/topology/topology.js';

type Counts = KeyValueStore<string, number>;

const text = { key: string(), value: string() };

const counting: ProcessorSupplier<string, string> = () => {
  let counts: Counts | undefined;
  return {
    init: (context) => void (counts = context.getStateStore<Counts>('counts')),
    process: ({ key }) => counts?.put(key, (counts.get(key) ?? 0) + 1),
  };
};

/** Forwards each record with what `names` has for its key. */
const naming: ProcessorSupplier<string, string, string, string> = () => {
  let name: (record: Record<string, string>) => void = () => undefined;
  return {
    init: (context) => {
      const names = context.getStateStore<KeyValueStore<string, string>>('names');
      name = (record) => {
        context.forward(record.withValue(names.get(record.key) ?? 'nobody'));
      };
    },
    process: (record) => {
      name(record);
    },
  };
};

function counted(): Topology {
  return new Topology()
    .addSource('source', { topics: 'in', ...text })
    .addProcessor('count', counting, { parents: 'source' })
    .addStateStore(keyValueStore({ name: 'counts', key: string(), value: long() }), 'count');
}

describe('a store in the test driver', () => {
  it('has what the processors put', async () => {
    await using driver = await TopologyTestDriver.start(counted().build());
    await driver.createInputTopic('in', text).pipeAll([
      ['a', 'x'],
      ['b', 'x'],
      ['a', 'x'],
    ]);
    const counts = driver.store<Counts>('counts');
    expect([counts.get('a'), counts.get('b'), counts.get('c')]).toEqual([2, 1, undefined]);
  });

  it('writes its changelog as Kafka Streams does', async () => {
    await using driver = await TopologyTestDriver.start(counted().build());
    await driver.createInputTopic('in', text).pipe('a', 'x', { timestamp: 5 });
    expect(driver.records('app-counts-changelog')).toMatchObject([
      { key: Buffer.from('a'), value: Buffer.from('0000000000000001', 'hex'), timestamp: 5, headers: [] },
    ]);
  });

  it('is one per partition', async () => {
    await using driver = await TopologyTestDriver.start(counted().build(), { partitions: 4 });
    await driver.createInputTopic('in', text).pipe('a', 'x');
    const partition = partitionForKey(Buffer.from('a'), 4);
    const found = [0, 1, 2, 3].map((number) => driver.store<Counts>('counts', number).get('a'));
    expect(found).toEqual([0, 1, 2, 3].map((number) => (number === partition ? 1 : undefined)));
  });

  it('is not there under another name', async () => {
    await using driver = await TopologyTestDriver.start(counted().build());
    expect(() => driver.store('count')).toThrow(
      expect.objectContaining({ code: 'STORE_NOT_FOUND', hint: 'Stores are: counts.' }),
    );
  });
});

describe('a global store', () => {
  function withGlobal(): Topology {
    return new Topology()
      .addGlobalStore({
        store: keyValueStore({ name: 'names', key: string(), value: string(), logging: false }),
        topic: 'names',
        sourceName: 'names-source',
        processorName: 'names-processor',
        ...text,
        supplier: () => {
          let names: KeyValueStore<string, string> | undefined;
          return {
            init: (context) => void (names = context.getStateStore('names')),
            process: ({ key, value }) => names?.put(key, value),
          };
        },
      })
      .addSource('source', { topics: 'in', ...text })
      .addProcessor('name', naming, { parents: 'source' })
      .addSink('sink', { topic: 'out', ...text, parents: 'name' });
  }

  it('is filled at once from its topic and read by every task', async () => {
    await using driver = await TopologyTestDriver.start(withGlobal().build(), { partitions: 2 });
    await driver.createInputTopic('names', text).pipe('1', 'Ada');
    const input = driver.createInputTopic('in', text);
    for (const partition of [0, 1]) await input.pipe('1', 'x', { partition });
    await input.pipe('2', 'x');
    expect(driver.createOutputTopic('out', text).readValues()).toEqual(['Ada', 'Ada', 'nobody']);
    expect(driver.store<KeyValueStore<string, string>>('names').get('1')).toBe('Ada');
  });
});
