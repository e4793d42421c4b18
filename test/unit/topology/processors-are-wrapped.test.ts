import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { string } from '../../../src/serde/index.js';
import type { KeyValueStore } from '../../../src/state/store.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import type { Processor, ProcessorContext } from '../../../src/topology/processor.js';
import type { ProcessorWrapper } from '../../../src/topology/processor-wrapper.js';
import { keyValueStore } from '../../../src/topology/store-definitions.js';
import { Topology } from '../../../src/topology/topology.js';

const text = { key: string(), value: string() };

/** Tells which node was asked for, and as what. */
function recording(): { readonly wrapper: ProcessorWrapper; readonly asked: string[] } {
  const asked: string[] = [];
  const wrapper: ProcessorWrapper = {
    wrapProcessorSupplier: (name, supplier) => {
      asked.push(name);
      return supplier;
    },
    wrapFixedKeyProcessorSupplier: (name, supplier) => {
      asked.push(`${name} (fixed key)`);
      return supplier;
    },
  };
  return { wrapper, asked };
}

describe('a processor wrapper', () => {
  it('is asked once for every processor, those of operators, joins and global stores included, by its name', () => {
    const { wrapper, asked } = recording();
    const builder = new StreamsBuilder({ processorWrapper: wrapper });
    const table = builder.globalTable('g', { ...text, name: 'global' });
    builder
      .stream('in', text)
      .filter(() => true, { name: 'filter' })
      .processValues(() => ({ process: () => undefined }), { name: 'values' })
      .join(
        table,
        (_value, key) => key,
        () => 'x',
        { name: 'join' },
      );
    builder.build();
    expect(asked.sort()).toEqual(['filter', 'global', 'join', 'values (fixed key)']);
  });

  it('runs in place of the processor, and may bring a store of its own', async () => {
    const seen = keyValueStore({ name: 'seen', ...text });
    const wrapper: ProcessorWrapper = {
      wrapProcessorSupplier: (_name, supplier) => Object.assign(() => new Remembering(supplier()), { stores: [seen] }),
      wrapFixedKeyProcessorSupplier: (_name, supplier) => supplier,
    };
    const topology = new Topology({ processorWrapper: wrapper })
      .addSource('source', { topics: 'in', ...text })
      .addProcessor('shout', () => new Shout(), { parents: 'source' })
      .addSink('sink', { topic: 'out', ...text, parents: 'shout' });
    await using driver = await TopologyTestDriver.start(topology.build());
    await driver.createInputTopic('in', text).pipe('k', 'v');
    expect(driver.createOutputTopic('out', text).readKeyValues()).toEqual([['k', 'V']]);
    expect(driver.store<KeyValueStore<string, string>>('seen').get('k')).toBe('v');
  });
});

describe('a supplier', () => {
  it('brings stores along, which are added and connected', async () => {
    const seen = keyValueStore({ name: 'seen', ...text });
    const builder = new StreamsBuilder();
    builder.stream('in', text).process(Object.assign(() => new Remembering(new Shout()), { stores: [seen] }));
    await using driver = await TopologyTestDriver.start(builder.build());
    await driver.createInputTopic('in', text).pipe('k', 'v');
    expect(driver.store<KeyValueStore<string, string>>('seen').get('k')).toBe('v');
  });
});

class Shout implements Processor<string, string, string, string> {
  #context: ProcessorContext<string, string> | undefined;

  init(context: ProcessorContext<string, string>): void {
    this.#context = context;
  }
  process(record: Parameters<Processor<string, string>['process']>[0]): void {
    this.#context?.forward(record.withValue(record.value.toUpperCase()));
  }
}

/** Keeps what comes in the store `seen`, and hands it on to another processor. */
class Remembering<KIn, VIn, KOut, VOut> implements Processor<KIn, VIn, KOut, VOut> {
  #seen: KeyValueStore<KIn, VIn> | undefined;

  constructor(readonly inner: Processor<KIn, VIn, KOut, VOut>) {}

  init(context: ProcessorContext<KOut, VOut>): void {
    this.#seen = context.getStateStore('seen');
    this.inner.init?.(context);
  }
  process(record: Parameters<Processor<KIn, VIn>['process']>[0]): void | Promise<void> {
    this.#seen?.put(record.key, record.value);
    return this.inner.process(record);
  }
}
