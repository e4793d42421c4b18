import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { avro, string, type AvroSchema } from '../../../src/serde/index.js';
import { openCommittedView } from '../../../src/state/committed-view.js';
import type { ReadOnlyKeyValueStore, ValueAndTimestamp } from '../../../src/state/store.js';
import type { BuiltTopology } from '../../../src/topology/node.js';
import { Restarts } from '../../support/evolution/restarts.js';

type Sale = Readonly<Record<string, unknown>>;

const TIMEOUT_MS = 120_000;
let restarts: Restarts;

beforeEach(async () => {
  restarts = await Restarts.open({ in: 1, out: 1 });
});
afterEach(() => restarts.close());

/** Keeps the last value of each key, by this schema. */
function keeping(schema: AvroSchema<Sale>): BuiltTopology {
  const builder = new StreamsBuilder();
  const parsed = (_before: Sale, text: string): Sale => JSON.parse(text) as Sale;
  builder
    .stream('in', { key: string(), value: string() })
    .groupByKey()
    .aggregate((): Sale => ({}), parsed, { store: 'kept', value: avro.bare(schema) })
    .toStream()
    .mapValues((value) => JSON.stringify(value))
    .to('out', { key: string(), value: string() });
  return builder.build();
}

/** Runs a build that puts a value, and gives what it then has under `a`. */
async function putting(schema: AvroSchema<Sale>, key: string, value: unknown): Promise<unknown> {
  const before = (await restarts.cluster.read('out')).length;
  return restarts.run(keeping(schema), async (application) => {
    await restarts.cluster.produce('in', [[key, JSON.stringify(value)]]);
    await restarts.cluster.readUntil('out', (records) => records.length > before);
    const store = application.store<ReadOnlyKeyValueStore<string, ValueAndTimestamp<unknown>>>('kept');
    return store.get('a')?.value;
  });
}

const Cash = avro.record('Cash', { change: avro.int() });
const Card = avro.record('Card', { last4: avro.string() });
const one = (fields: Parameters<typeof avro.record>[1]): AvroSchema<Sale> => avro.record('shop.Sale', fields);
const amount = avro.int();

/** What the schema was and is, what was written, and what is read of it. */
type Change = readonly [name: string, was: AvroSchema<Sale>, is: AvroSchema<Sale>, written: unknown, read: unknown];

const COMPATIBLE: readonly Change[] = [
  ['a field is added, with a default', one({ amount }), one({ amount, kind: avro.field(avro.string(), { default: 'web' }) }), { amount: 5 }, { amount: 5, kind: 'web' }],
  ['a field is removed', one({ amount, note: avro.string() }), one({ amount }), { amount: 5, note: 'x' }, { amount: 5 }],
  ['a field is renamed, with an alias', one({ amount }), one({ total: avro.field(avro.int(), { aliases: ['amount'] }) }), { amount: 5 }, { total: 5 }],
  ['an int is widened to a long', one({ amount }), one({ amount: avro.long() }), { amount: 5 }, { amount: 5 }],
  ['a union gets another branch', one({ paid: avro.optional(amount) }), one({ paid: avro.union(avro.null(), amount, avro.string()) }), { paid: 5 }, { paid: 5 }],
  ['fields and branches change places', one({ amount, paid: avro.oneOf('by', { Cash, Card }) }), one({ paid: avro.oneOf('by', { Card, Cash }), amount }), { amount: 5, paid: { by: 'Card', last4: '1' } }, { amount: 5, paid: { by: 'Card', last4: '1' } }],
  ['a record in a list gets a field', one({ lines: avro.array(avro.record('Line', { amount })) }), one({ lines: avro.array(avro.record('Line', { amount, note: avro.optional(avro.string()) })) }), { lines: [{ amount: 5 }] }, { lines: [{ amount: 5, note: null }] }],
]; // prettier-ignore

describe.each(COMPATIBLE)('where %s', (_, was, is, written, read) => {
  it('old state is read after a restart, and from the changelog', async () => {
    await putting(was, 'a', written);
    expect(await putting(is, 'b', read)).toEqual(read);
    expect(await putting(is, 'c', read)).toEqual(read);
    await restarts.loseDisk();
    expect(await putting(is, 'd', read)).toEqual(read);
    expect(await restarts.cluster.read('app-kept-changelog')).toHaveLength(4); // nothing was written again
    expect(await putting(is, 'a', read)).toEqual(read);
  }, TIMEOUT_MS); // prettier-ignore
});

it('committed state is read by a later schema beside its task', async () => {
  await putting(one({ amount }), 'a', { amount: 5 });
  const later = keeping(one({ amount, note: avro.optional(avro.string()) }));
  await restarts.run(later, () => undefined);
  const definitions = later.subTopologies.flatMap(({ stores }) => stores);
  const view = await openCommittedView(restarts.stateDirectory.taskFolder('app', '0_0'), definitions);
  const store = view.stores.get('kept') as ReadOnlyKeyValueStore<string, ValueAndTimestamp<Sale>>;
  expect(store.get('a')?.value).toEqual({ amount: 5, note: null });
  await view.close();
}, TIMEOUT_MS); // prettier-ignore

const kind = (...symbols: [string, ...string[]]): AvroSchema<Sale> => one({ kind: avro.enum('Kind', symbols) });

/** What the schema was and is, what was written, and what is said of it. */
type Refusal = readonly [name: string, was: AvroSchema<Sale>, is: AvroSchema<Sale>, written: unknown, told: string];

const INCOMPATIBLE: readonly Refusal[] = [
  ['a long is narrowed to an int', one({ amount: avro.long() }), one({ amount }), { amount: 5 }, 'field "amount" was long, and is int'],
  ['a field is added, without a default', one({ amount }), one({ amount, kind: avro.string() }), { amount: 5 }, 'field "kind" was absent, and is string without a default'],
  ['a field is renamed, without an alias', one({ amount }), one({ total: amount }), { amount: 5 }, 'field "total" was absent, and is int without a default'],
  ['a union loses a branch', one({ paid: avro.union(avro.null(), amount, avro.string()) }), one({ paid: avro.optional(amount) }), { paid: 5 }, 'field "paid" was [null, int, string], and is [null, int]'],
  ['what may be null must be there', one({ paid: avro.optional(amount) }), one({ paid: amount }), { paid: 5 }, 'field "paid" was [null, int], and is int'],
  ['an enum loses a symbol', kind('web', 'shop'), kind('web'), { kind: 'web' }, 'field "kind" was enum shop.Kind [web, shop], and is enum shop.Kind [web]'],
  ['a fixed changes its size', one({ id: avro.fixed('Id', 2) }), one({ id: avro.fixed('Id', 3) }), undefined, 'field "id" was fixed shop.Id of 2 bytes, and is fixed shop.Id of 3 bytes'],
  ['the record changes its name', one({ amount }), avro.record('shop.Total', { amount }), { amount: 5 }, 'the value was record shop.Sale, and is record shop.Total'],
  ['a number becomes text', one({ amount }), one({ amount: avro.string() }), { amount: 5 }, 'field "amount" was int, and is string'],
  ['a decimal changes its scale', one({ amount: avro.decimal(6, 2) }), one({ amount: avro.decimal(6, 3) }), undefined, 'field "amount" was bytes (decimal, precision 6, scale 2), and is bytes (decimal, precision 6, scale 3)'],
  ['a field inside changes its type', one({ lines: avro.array(avro.record('Line', { amount })) }), one({ lines: avro.array(avro.record('Line', { amount: avro.boolean() })) }), { lines: [] }, 'field "lines[].amount" was int, and is boolean'],
]; // prettier-ignore

describe.each(INCOMPATIBLE)('where %s', (_, was, is, written, told) => {
  it('the application does not start, on its state or on its changelog, and says what is wrong', async () => {
    if (written === undefined) await restarts.run(keeping(was), () => undefined);
    else await putting(was, 'a', written);
    const refusal = {
      code: 'STATE_SCHEMA_INCOMPATIBLE',
      message: `store "kept" holds values of an earlier schema that cannot be read: ${told}`,
    };
    await expect(restarts.run(keeping(is), () => undefined)).rejects.toMatchObject(refusal);
    await restarts.loseDisk();
    await expect(restarts.run(keeping(is), () => undefined)).rejects.toMatchObject(refusal);
    await restarts.run(keeping(was), () => undefined); // the earlier build still does
  }, TIMEOUT_MS); // prettier-ignore
});
