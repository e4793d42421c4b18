import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { countWindows } from '../../../src/processor/window/count-windows.js';
import { within } from '../../../src/processor/window/join-windows.js';
import { sessions } from '../../../src/processor/window/session-windows.js';
import { tumbling } from '../../../src/processor/window/windows.js';
import { avro, string, type Serde } from '../../../src/serde/index.js';
import { Restarts } from '../../support/evolution/restarts.js';

interface Sale {
  readonly amount: number;
  readonly kind?: string;
}

const WAS: Serde<Sale> = avro.bare(avro.record('Sale', { amount: avro.int() }));
const IS: Serde<Sale> = avro.bare(
  avro.record('Sale', { amount: avro.long(), kind: avro.field(avro.string(), { default: 'web' }) }),
);
const TIMEOUT_MS = 120_000;
const text = { key: string(), value: string() };
let restarts: Restarts;

beforeEach(async () => {
  restarts = await Restarts.open({ in: 1, other: 1, out: 1 });
});
afterEach(() => restarts.close());

const shown = (sale: Sale | null): string => (sale === null ? 'none' : `${sale.amount} ${sale.kind ?? ''}`);
const sum = (before: Sale, sale: Sale): Sale => ({ ...before, amount: before.amount + sale.amount });
const parsed = (builder: StreamsBuilder, topic: string) =>
  builder.stream(topic, text).mapValues((json) => JSON.parse(json) as Sale);

/** Keeps sales in a store, and shows what it makes of them. */
type Keep = (builder: StreamsBuilder, value: Serde<Sale>) => void;

const KINDS: readonly (readonly [name: string, keep: Keep, told: string])[] = [
  ['rows in memory', (builder, value) => {
    const options = { store: 'kept', value, storage: 'memory' } as const;
    parsed(builder, 'in').groupByKey({ value }).reduce(sum, options).toStream().mapValues(shown).to('out', text);
  }, '11 web'],
  ['windows', (builder, value) => {
    const windows = parsed(builder, 'in').groupByKey({ value }).windowedBy(tumbling('10m'));
    windows.reduce(sum, { store: 'kept', value }).toStream().map(({ key }, sale) => [key, shown(sale)]).to('out', text);
  }, '11 web'],
  ['sessions', (builder, value) => {
    const windows = parsed(builder, 'in').groupByKey({ value }).windowedBy(sessions('10m'));
    windows.reduce(sum, { store: 'kept', value }).toStream().map(({ key }, sale) => [key, shown(sale)]).to('out', text);
  }, '11 web'],
  ['count windows', (builder, value) => {
    const windows = parsed(builder, 'in').groupByKey({ value }).windowedBy(countWindows(2));
    windows.reduce(sum, { store: 'kept', value }).toStream().map(({ key }, sale) => [key, shown(sale)]).to('out', text);
  }, '11 web'],
  ['the best values', (builder, value) => {
    const top = parsed(builder, 'in').groupByKey({ value }).topN({ by: ({ amount }) => amount, n: 2, store: 'kept', value });
    top.toStream().mapValues((sales) => sales.map(shown).join(', ')).to('out', text);
  }, '6 shop, 5 web'],
  ['versions', (builder, value) => {
    const sales = parsed(builder, 'in').toTable({ store: 'kept', value, historyRetention: '1d' });
    builder.stream('other', text).leftJoin(sales, (_, sale) => shown(sale)).to('out', text);
  }, '5 web'],
  ['both sides of a join', (builder, value) => {
    const both = (left: Sale | null, right: Sale | null): string => `${shown(left)} & ${shown(right)}`;
    const serdes = { value, otherValue: value };
    parsed(builder, 'in').outerJoin(parsed(builder, 'other'), both, within('10m', { grace: 0 }), serdes).to('out', text);
  }, '5 web & 1 shop'],
  ['what found no other side', (builder, value) => {
    const both = (left: Sale | null, right: Sale | null): string => `${shown(left)} & ${shown(right)}`;
    const serdes = { value, otherValue: value };
    parsed(builder, 'in').outerJoin(parsed(builder, 'other'), both, within(10, { grace: 0 }), serdes).to('out', text);
  }, '5 web & none'],
  ['changes that are held back', (builder, value) => {
    const rows = parsed(builder, 'in').groupByKey({ value }).reduce(sum, { store: 'kept', value });
    rows.suppress({ until: 'timeLimit', limit: 10 }).toStream().mapValues(shown).to('out', text);
  }, '11 web'],
  ['records that wait for earlier ones', (builder, value) => {
    parsed(builder, 'in').reorder({ within: 10, value, store: 'kept' }).mapValues(shown).to('out', text);
  }, '5 web'],
]; // prettier-ignore

describe.each(KINDS)('%s', (_, keep, told) => {
  const run = async (value: Serde<Sale>, records: readonly [string, Sale, number][]): Promise<void> => {
    const builder = new StreamsBuilder();
    keep(builder, value);
    await restarts.run(builder.build(), async () => {
      await restarts.cluster.produce('in', records.map(([key, sale, time]) => [key, JSON.stringify(sale), time] as const)); // prettier-ignore
      await restarts.processed('in');
      if (value === WAS) return;
      await restarts.cluster.produce('other', [['a', '{"amount":1,"kind":"shop"}', 50_000]]);
      const out = await restarts.cluster.readUntil('out', (records) => records.some(({ value: one }) => one === told));
      expect(out.map((record) => record.value)).toContain(told);
    });
  };

  it.each(['its state', 'its changelog'])('is read from %s by a later schema', async (from) => {
    await run(WAS, [['a', { amount: 5 }, 1_000]]);
    if (from === 'its changelog') await restarts.loseDisk();
    await run(IS, [['a', { amount: 6, kind: 'shop' }, 100_000], ['z', { amount: 1, kind: 'shop' }, 900_000]]); // prettier-ignore
  }, TIMEOUT_MS); // prettier-ignore
});
