import { describe, expect, it } from '@jest/globals';
import Big from 'big.js';
import fc from 'fast-check';
import { keyFromJson, toJson } from '../../../src/query/json-value.js';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { decimal, exactJson, json, string, type Serde } from '../../../src/serde/index.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';

const read = <T>(serde: Serde<T>, text: string): T => {
  const bytes = Buffer.from(`<${text}>`);
  return serde.deserialize(bytes, 1, bytes.length - 1);
};
/** Amounts in cents, far beyond what a number can hold. */
const cents = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
const amountOf = (value: bigint): Big => new Big(String(value)).times('0.01');

interface Sale {
  readonly seller: string;
  readonly amount: Big;
}

describe('decimals', () => {
  it('are read as written, digit by digit', () => {
    fc.assert(
      fc.property(cents, (value) => {
        const amount = amountOf(value);
        expect(read(decimal(), decimal().serialize(amount).toString()).eq(amount)).toBe(true);
        const sales = exactJson<{ amount: Big }>();
        expect(read(sales, sales.serialize({ amount }).toString()).amount.eq(amount)).toBe(true);
      }),
    );
  });

  it.each<[string, number | undefined, string]>([
    ['1234.5', 2, '1234.50'],
    ['-0.05', undefined, '-0.05'],
    ['1e21', undefined, '1000000000000000000000'],
    ['1e-9', undefined, '0.000000001'],
    ['7', 0, '7'],
  ])('are text without an exponent: %s with scale %s is %s', (value, scale, text) => {
    expect(decimal({ scale }).serialize(new Big(value)).toString()).toBe(text);
  });

  it('of more digits than the scale has are refused, not rounded', () => {
    expect(() => decimal({ scale: 2 }).serialize(new Big('0.125'))).toThrow('more than 2 digits behind the point');
  });

  it.each(['', '.', '1,5', '0x10', 'NaN', '1e5', ' 1'])('are not read from "%s"', (text) => {
    expect(() => read(decimal(), text)).toThrow(expect.objectContaining({ code: 'SERDE_INVALID_BYTES' }));
  });

  it('come out of queries as text, and are asked for as text or numbers', () => {
    expect(toJson({ total: new Big('0.10') })).toEqual({ total: '0.1' });
    expect(keyFromJson(decimal(), '0.1')).toEqual(new Big('0.1'));
    expect(() => keyFromJson(decimal(), 'ten')).toThrow(expect.objectContaining({ code: 'BAD_KEY' }));
  });

  it('add up exactly in a store, however many there are', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('sales', { key: string(), value: exactJson<Sale>() })
      .groupBy(({ seller }) => seller, { key: string() })
      .aggregate(
        () => new Big(0),
        (sum, { amount }) => sum.plus(amount),
        { store: 'totals', value: decimal({ scale: 2 }) },
      )
      .toStream()
      .to('totals', { key: string(), value: decimal() });
    await using driver = await TopologyTestDriver.start(builder.build());
    const sales = driver.createInputTopic('sales', { key: string(), value: string() });
    await sales.pipeAll(Array.from({ length: 30 }, (): [string, string] => ['k', '{"seller":"a","amount":0.1}']));
    await sales.pipe('k', '{"seller":"a","amount":12345678901234567890.01}');
    const totals = driver.createOutputTopic('totals', { key: string(), value: string() });
    expect(totals.readKeyValues().at(-1)).toEqual(['a', '12345678901234567893.01']);
  });
});

describe('exact JSON', () => {
  it('differs from JSON only in its numbers', () => {
    const value = { text: 'Köln 😀', list: [true, null, { a: 'b' }], none: undefined, at: new Date(0) };
    expect(exactJson().serialize(value)).toEqual(json().serialize(value));
    expect(read(exactJson(), '{"list":[true,null,{"a":"b"}]}')).toEqual({ list: [true, null, { a: 'b' }] });
  });

  it('writes decimals as numbers, or as text where it is told to, and bigints as numbers', () => {
    const value = { amount: new Big('10.10'), large: 2n ** 64n, count: 3 };
    expect(exactJson().serialize(value).toString()).toBe('{"amount":10.1,"large":18446744073709551616,"count":3}');
    const asText = exactJson(undefined, { decimals: 'text' });
    expect(asText.serialize({ amount: new Big('10.10') }).toString()).toBe('{"amount":"10.1"}');
  });

  it.each(['{"a":1', '{"a":1e9999}', `{"a":${'9'.repeat(1_001)}}`, '{"a":01}'])('is not read from %.20s', (text) => {
    expect(() => read(exactJson(), text)).toThrow(expect.objectContaining({ code: 'SERDE_INVALID_BYTES' }));
  });

  it('goes through a parse function, whose reason is told', () => {
    const positive = exactJson((value) => {
      if (value instanceof Big && value.gt(0)) return value;
      throw new TypeError('it is not above 0');
    });
    expect(read(positive, '0.1')).toEqual(new Big('0.1'));
    expect(() => read(positive, '-0.1')).toThrow('it is not above 0');
  });
});
