import { expect, it } from '@jest/globals';
import { planCatalog } from '../../../../src/app/plan/plan-catalog.js';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import { tumbling } from '../../../../src/processor/window/windows.js';
import type { CatalogEntry } from '../../../../src/runtime/state-catalog/catalog-topic.js';
import { avro, string, type AvroSchema } from '../../../../src/serde/index.js';
import type { BuiltTopology } from '../../../../src/topology/node.js';

type Sale = Readonly<Record<string, unknown>>;

const WAS: AvroSchema<Sale> = avro.record('Sale', { amount: avro.int() });

function keeping(schema: AvroSchema<Sale>): BuiltTopology {
  const builder = new StreamsBuilder();
  const grouped = builder.stream('in', { key: string(), value: avro.bare(schema) }).groupByKey();
  grouped.windowedBy(tumbling('1m')).reduce((_, sale) => sale, { store: 'kept' });
  return builder.build();
}

function plan(schema: AvroSchema<Sale>, windowSizeMs = 60_000): readonly string[] {
  const { text, fingerprint } = avro.bare(WAS).schema!;
  const catalog: readonly CatalogEntry[] = [
    { key: { store: 'kept', schema: fingerprint.toString('hex') }, value: { text } },
    { key: { store: 'kept' }, value: { kind: 'window', windowSizeMs, withSchema: true } },
  ];
  return planCatalog(keeping(schema), catalog).map(({ verdict, detail }) => `${verdict}: ${detail}`);
}

it('says nothing of a store that is as it was', () => {
  expect(plan(WAS)).toEqual([]);
});

it('keeps a store whose new schema reads what is there', () => {
  const wider: AvroSchema<Sale> = avro.record('Sale', { amount: avro.long() });
  expect(plan(wider)).toEqual(['kept: its schema is new, and reads the values of earlier ones']);
});

it('refuses a store whose new schema does not', () => {
  const other: AvroSchema<Sale> = avro.record('Sale', { amount: avro.string() });
  expect(plan(other)).toEqual([
    'refused: its values cannot be read: field "amount" was int, and is string: mend the schema, or convert the values with `millrace state migrate`',
  ]);
});

it('refuses a store whose windows are of another size', () => {
  expect(plan(WAS, 30_000)).toEqual([
    'refused: it had windows of 30000 ms, and has windows of 60000 ms: give it a new name, or let it start empty with ON_STATE_MISMATCH=rebuild',
  ]);
});
