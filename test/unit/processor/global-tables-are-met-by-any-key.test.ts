import { describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import type { KeyValueStore } from '../../../src/state/store.js';
import { keyValueStore } from '../../../src/topology/store-definitions.js';
import type { Processor, ProcessorContext, Record } from '../../../src/topology/processor.js';
import { run, text, type Row } from './run.js';

type Input = Row<string, string> | readonly [...Row<string, string>, topic: string];

const inputs: Input[] = [
  ['EUR', '1.1', 0, 'rates'],
  ['s1', 'EUR', 1],
  ['s2', 'USD', 2],
  ['s3', '', 3],
  ['s4', null, 4],
  [null, 'EUR', 5],
  ['EUR', null, 6, 'rates'],
  ['s5', 'EUR', 7],
];

const currencyOf = (currency: string): string | null => (currency === '' ? null : currency);
const at = (currency: string, rate: string | null): string => `${currency}@${rate ?? '?'}`;

describe('a stream joined with a global table', () => {
  it('meets the row of the selected key, and else drops the record, in an inner join', async () => {
    const rows = await run(
      (builder) => {
        const rates = builder.globalTable('rates', text);
        builder.stream('in', text).join(rates, currencyOf, at).to('out', text);
      },
      inputs,
      text,
    );
    expect(rows).toEqual([
      ['s1', 'EUR@1.1', 1],
      [null, 'EUR@1.1', 5],
    ]);
  });

  it('goes on with null where there is no row or no key, in a left join', async () => {
    const rows = await run(
      (builder) => {
        const rates = builder.globalTable('rates', text);
        builder.stream('in', text).leftJoin(rates, currencyOf, at).to('out', text);
      },
      inputs,
      text,
    );
    expect(rows.map(([key, value]) => [key, value])).toEqual([
      ['s1', 'EUR@1.1'],
      ['s2', 'USD@?'],
      ['s3', '@?'],
      [null, 'EUR@1.1'],
      ['s5', 'EUR@?'],
    ]);
  });

  it('tells the joiner both keys', async () => {
    const rows = await run(
      (builder) => {
        const rates = builder.globalTable('rates', text);
        const keys = (_value: string, _rate: unknown, key: string, tableKey: string | null) =>
          `${key}>${tableKey ?? '-'}`;
        builder.stream('in', text).leftJoin(rates, currencyOf, keys).to('out', text);
      },
      inputs,
      text,
    );
    expect(rows.map(([, value]) => value).slice(0, 3)).toEqual(['s1>EUR', 's2>USD', 's3>-']);
  });

  it('is not repartitioned, even with a new key', () => {
    const builder = new StreamsBuilder();
    const rates = builder.globalTable('rates', { ...text, store: 'rates' });
    builder
      .stream('in', text)
      .selectKey((value) => value)
      .join(rates, currencyOf, at)
      .to('out', text);
    const { subTopologies, globalStores } = builder.build();
    expect(subTopologies.map(({ repartitionTopics }) => repartitionTopics)).toEqual([[]]);
    expect(globalStores.map(({ store }) => [store.name, store.logging])).toEqual([['rates', false]]);
  });
});

type Texts = KeyValueStore<string, string>;

/** Keeps what a topic says in capitals. */
class Capitals implements Processor<string, string> {
  #store: Texts | undefined;
  init(context: ProcessorContext): void {
    this.#store = context.getStateStore<Texts>('capitals');
  }
  process({ key, value }: Record<string, string>): void {
    this.#store?.put(key, value.toUpperCase());
  }
}

/** Looks values up there. */
class LookUp implements Processor<string, string, string, string> {
  #context: ProcessorContext<string, string> | undefined;
  init(context: ProcessorContext<string, string>): void {
    this.#context = context;
  }
  process(record: Record<string, string>): void {
    const found = this.#context?.getStateStore<Texts>('capitals').get(record.value);
    this.#context?.forward(record.withValue(found ?? 'none'));
  }
}

describe('a global store', () => {
  it('is filled by its own processor, and read by any other', async () => {
    const rows = await run(
      (builder) => {
        const store = keyValueStore({ name: 'capitals', ...text });
        builder.addGlobalStore('names', { ...text, store, supplier: () => new Capitals() });
        const looked = builder.stream('in', text).process(() => new LookUp());
        looked.to('out', text);
      },
      [
        ['EUR', 'euro', 0, 'names'],
        ['s1', 'EUR', 1],
        ['s2', 'USD', 2],
      ],
      text,
    );
    expect(rows.map(([, value]) => value)).toEqual(['EURO', 'none']);
  });
});
