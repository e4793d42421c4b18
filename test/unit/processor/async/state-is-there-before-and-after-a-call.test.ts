import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import type { AsyncCall, AsyncProcessor } from '../../../../src/processor/async/async-processor.js';
import { asyncProcessor } from '../../../../src/processor/async/make-async-processor.js';
import { string } from '../../../../src/serde/primitives.js';
import type { KeyValueStore } from '../../../../src/state/store.js';
import { TopologyTestDriver } from '../../../../src/testing/index.js';
import type { ProcessorContext, Record } from '../../../../src/topology/processor.js';
import { keyValueStore } from '../../../../src/topology/store-definitions.js';
import { ControlledCalls } from '../../../support/controlled-calls.js';

const text = { key: string(), value: string() };

/** Asks with what it knows of the key, and remembers the answer. */
class Remembering implements AsyncProcessor<string, string, string, string, string, string> {
  #context!: ProcessorContext<string, string>;
  #known!: KeyValueStore<string, string>;

  constructor(private readonly calls: ControlledCalls) {}

  init(context: ProcessorContext<string, string>): void {
    this.#context = context;
    this.#known = context.getStateStore('known');
  }

  before({ key, value }: Record<string, string>): string {
    const known = this.#known.get(key) ?? 'nothing';
    this.#known.put(key, `${known}, asked ${value}`);
    return `${value} after ${known}`;
  }

  call(request: string, call: AsyncCall): Promise<string> {
    return this.calls.mapper(request, '', call);
  }

  after(record: Record<string, string>, answer: string): void {
    this.#known.put(record.key, `${this.#known.get(record.key) ?? ''}, heard ${answer}`);
    this.#context.forward(record.withValue(answer));
  }
}

async function start(calls: ControlledCalls) {
  const builder = new StreamsBuilder();
  builder.addStateStore(keyValueStore({ name: 'known', ...text }));
  const supplier = asyncProcessor(() => new Remembering(calls), { store: 'pending', ...text, request: string() });
  builder
    .stream('in', text)
    .process(supplier, { stores: ['known'] })
    .to('out', text);
  const driver = await TopologyTestDriver.start(builder.build());
  return {
    driver,
    input: driver.createInputTopic('in', text),
    known: driver.store<KeyValueStore<string, string>>('known'),
  };
}

describe('an asynchronous processor', () => {
  it('makes a request from its state, and puts the answer there; the next of the key sees it', async () => {
    const calls = new ControlledCalls();
    const { driver, input, known } = await start(calls);
    await input.pipeAll([['a', '1'], ['a', '2']]); // prettier-ignore
    expect(calls.values).toEqual(['1 after nothing']);
    await calls.answer(driver, '1 after nothing', 'yes');
    expect(calls.values.at(-1)).toBe('2 after nothing, asked 1, heard yes');
    expect(known.get('a')).toBe('nothing, asked 1, heard yes, asked 2');
  });

  it('makes the request of a record once, however often it is called for', async () => {
    const calls = new ControlledCalls();
    const { driver, input, known } = await start(calls);
    await input.pipe('a', '1');
    await calls.answer(driver, '1 after nothing', new Error('down'));
    await driver.advanceWallClock('1s');
    expect(calls.values).toEqual(['1 after nothing', '1 after nothing']);
    expect(known.get('a')).toBe('nothing, asked 1');
  });

  it('needs a serde for what it asks, which is kept with the record', () => {
    const calls = new ControlledCalls();
    const supplier = asyncProcessor(() => new Remembering(calls), { store: 'pending', ...text });
    expect(supplier).toThrow('the requests that are kept in "pending" have no serde');
  });
});
