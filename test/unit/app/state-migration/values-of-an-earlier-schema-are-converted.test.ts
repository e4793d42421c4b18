import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConvertValue } from '../../../../src/app/state-migration/convert.js';
import { migrateState, type MigratedPartition } from '../../../../src/app/state-migration/migrate-state.js';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import { avro, string, type AvroSchema } from '../../../../src/serde/index.js';
import type { ReadOnlyKeyValueStore, ValueAndTimestamp } from '../../../../src/state/store.js';
import type { BuiltTopology } from '../../../../src/topology/node.js';
import { Restarts } from '../../../support/evolution/restarts.js';

type Sale = Readonly<Record<string, unknown>>;

const TIMEOUT_MS = 120_000;
const CHANGELOG = 'app-kept-changelog';
const WAS: AvroSchema<Sale> = avro.record('Sale', { amount: avro.string() });
const IS: AvroSchema<Sale> = avro.record('Sale', { cents: avro.long() });
const inCents: ConvertValue = (value) => {
  const cents = Math.round(100 * Number((value as { amount: string }).amount));
  return cents === 0 ? null : { cents };
};
let restarts: Restarts;

beforeEach(async () => {
  restarts = await Restarts.open({ in: 2 });
  await restarts.run(keeping(WAS), async () => {
    const sales = ['1.50', '2', '3', '0'].map((amount, i) => [`k${i}`, JSON.stringify({ amount })] as const);
    await restarts.cluster.produce('in', [...sales, ['k2', '{"amount":"4"}']]);
    await restarts.cluster.readUntil(CHANGELOG, (records) => records.length >= 5);
  }, { cacheMaxBytes: 0 }); // prettier-ignore
});
afterEach(() => restarts.close());

function keeping(schema: AvroSchema<Sale>): BuiltTopology {
  const builder = new StreamsBuilder();
  const parsed = (_before: Sale, text: string): Sale => JSON.parse(text) as Sale;
  builder
    .stream('in', { key: string(), value: string() })
    .groupByKey()
    .aggregate((): Sale => ({}), parsed, { store: 'kept', value: avro.bare(schema) });
  return builder.build();
}

const migrate = (convert: ConvertValue, execute: boolean): Promise<readonly MigratedPartition[]> =>
  migrateState({ client: restarts.cluster.client(), applicationId: 'app', topology: keeping(IS), store: 'kept', convert, execute }); // prettier-ignore

const total = (partitions: readonly MigratedPartition[], count: 'converted' | 'deleted' | 'present'): number =>
  partitions.reduce((sum, each) => sum + each[count], 0);

const keptNow = (): Promise<unknown> =>
  restarts.run(keeping(IS), (application) => {
    const store = application.store<ReadOnlyKeyValueStore<string, ValueAndTimestamp<Sale>>>('kept');
    return ['k0', 'k1', 'k2', 'k3'].map((key) => store.get(key)?.value);
  });

const CONVERTED = [{ cents: 150 }, { cents: 200 }, { cents: 400 }, undefined];

describe('a migration of state', () => {
  it('converts the last value of each key, which local state follows, and so does a restore', async () => {
    await expect(keptNow()).rejects.toMatchObject({ code: 'STATE_SCHEMA_INCOMPATIBLE' });
    const migrated = await migrate(inCents, true);
    expect([total(migrated, 'converted'), total(migrated, 'deleted')]).toEqual([4, 1]);
    expect(await keptNow()).toEqual(CONVERTED);
    await restarts.loseDisk();
    expect(await keptNow()).toEqual(CONVERTED);
  }, TIMEOUT_MS); // prettier-ignore

  it('writes nothing unless it is told to', async () => {
    const before = await restarts.cluster.read(CHANGELOG);
    expect(total(await migrate(inCents, false), 'converted')).toBe(4);
    expect(await restarts.cluster.read(CHANGELOG)).toEqual(before);
    await expect(keptNow()).rejects.toMatchObject({ code: 'STATE_SCHEMA_INCOMPATIBLE' });
  }, TIMEOUT_MS); // prettier-ignore

  it('goes on where it failed', async () => {
    const failing: ConvertValue = (value, from) => {
      if (from.key === 'k2') throw new Error('not this one');
      return inCents(value, from);
    };
    const told = { code: 'STATE_CONVERSION_FAILED', message: 'a value of store "kept" was not converted: not this one' };
    await expect(migrate(failing, true)).rejects.toMatchObject(told);
    await expect(keptNow()).rejects.toMatchObject({ code: 'STATE_SCHEMA_INCOMPATIBLE' });
    await migrate(inCents, true);
    const again = await migrate(inCents, true);
    expect([total(again, 'converted'), total(again, 'present')]).toEqual([0, 3]);
    expect(await keptNow()).toEqual(CONVERTED);
  }, TIMEOUT_MS); // prettier-ignore

  it('tells the function of the key, the time and the schema', async () => {
    const told: unknown[] = [];
    await migrate((value, from) => (from.key === 'k1' && told.push([value, from]), null), false);
    const fields = [{ name: 'amount', type: 'string' }];
    const schema = { name: 'Sale', type: 'record', fields };
    expect(told).toEqual([[{ amount: '2' }, { key: 'k1', timestamp: 1_001, schema }]]);
  }, TIMEOUT_MS); // prettier-ignore

  it('is refused while the application runs', async () => {
    await restarts.run(keeping(WAS), () => expect(migrate(inCents, true)).rejects.toMatchObject({ code: 'APPLICATION_RUNS' })); // prettier-ignore
  }, TIMEOUT_MS); // prettier-ignore

  it('refuses what is not of the new schema', async () => {
    await expect(migrate(() => ({ cents: 'many' }), false)).rejects.toMatchObject({
      code: 'STATE_CONVERSION_FAILED',
      message: expect.stringContaining('field "cents" is not of type long') as unknown,
    });
  }, TIMEOUT_MS); // prettier-ignore
});
