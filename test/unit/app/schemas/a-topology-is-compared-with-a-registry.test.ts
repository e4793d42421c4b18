import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from '@jest/globals';
import { checkSchemas } from '../../../../src/app/schemas/check-schemas.js';
import { diffSchemas } from '../../../../src/app/schemas/diff-schemas.js';
import { planSchemas, type SchemaPlan } from '../../../../src/app/schemas/plan-schemas.js';
import { registerSchemas } from '../../../../src/app/schemas/register-schemas.js';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import { silentLogger } from '../../../../src/observability/log.js';
import { avro, jsonSchema, protobuf, string, type Serde } from '../../../../src/serde/index.js';
import { MemoryRegistry } from '../../../../src/serde/registry/memory-registry.js';
import { systemClock } from '../../../../src/util/time.js';
import { BackwardRegistry } from '../../../support/registry/backward-registry.js';

const surroundings = { clock: systemClock, log: silentLogger };
const Sale = avro.record('shop.Sale', { amount: avro.int() });
const WithNote = avro.record('shop.Sale', { amount: avro.int(), note: avro.string() });

/** Hands on the values of one topic to another. */
function planOf(registry: MemoryRegistry, read: Serde<unknown>, write: Serde<unknown>): Promise<SchemaPlan> {
  const builder = new StreamsBuilder();
  builder.stream('in', { key: string(), value: read }).to('out', { key: string(), value: write });
  return planSchemas({ applicationId: 'app', topology: builder.build(), registry, surroundings });
}

async function check(registry: MemoryRegistry, read: Serde<unknown>, write: Serde<unknown>): Promise<string[]> {
  const rows = await checkSchemas(await planOf(registry, read, write), registry);
  return rows.map(({ subject, verdict, version }) => `${subject} ${verdict} ${String(version)}`);
}

const register = (registry: MemoryRegistry, subject: string, schema: unknown): Promise<number> =>
  registry.register(subject, { schemaType: 'AVRO', schema: JSON.stringify(schema), references: [] });

describe('a topology and a registry', () => {
  it('fit when the registry has what is written and its latest can be read', async () => {
    const registry = new BackwardRegistry();
    await register(registry, 'in-value', Sale);
    await register(registry, 'out-value', WithNote);
    const rows = await check(registry, avro.serde(Sale), avro.serde(WithNote));
    expect(rows).toEqual(['out-value registered 1', 'in-value readable 1']);
  });

  it('tell of everything that does not fit, not of the first', async () => {
    const registry = new BackwardRegistry();
    await register(registry, 'in-value', Sale);
    await register(registry, 'out-value', Sale);
    const rows = await check(registry, avro.serde(WithNote), avro.serde(WithNote));
    expect(rows).toEqual(['out-value incompatible null', 'in-value unreadable 1']);
  });

  it('take what is written here for the latest of what is read', async () => {
    const registry = new BackwardRegistry();
    const builder = new StreamsBuilder();
    const key = string();
    builder
      .stream('in', { key, value: string() })
      .mapValues(() => ({ amount: 1 }))
      .repartition({ name: 'sales', key, value: avro.serde(Sale) })
      .to('out', { key, value: avro.serde(Sale) });
    const plan = await planSchemas({ applicationId: 'app', topology: builder.build(), registry, surroundings });
    const rows = await checkSchemas(plan, registry);
    expect(rows.map(({ subject, verdict, detail }) => `${subject} ${verdict} ${detail}`)).toEqual([
      'app-sales-repartition-value new ',
      'out-value new ',
      'app-sales-repartition-value readable as it is written here',
    ]);
  });

  it('tell of a schema that nobody registers', async () => {
    const write = avro.serde(Sale, { autoRegister: false });
    const registry = new MemoryRegistry();
    expect(await check(registry, string(), write)).toEqual(['out-value missing null']);
    await registerSchemas(await planOf(registry, string(), write), registry, true);
    expect(await check(registry, string(), write)).toEqual(['out-value registered 1']);
  });

  it('agree on the versions of references once they are registered', async () => {
    const colour = avro.schema<string>({ type: 'enum', name: 'shop.Colour', symbols: ['red'] });
    const fields = [{ name: 'colour', type: 'shop.Colour' }];
    const car = avro.schema<object>({ type: 'record', name: 'shop.Car', fields }, { references: [colour] });
    const registry = new MemoryRegistry();
    const write = avro.serde(car);
    expect(await check(registry, string(), write)).toEqual(['shop.Colour new null', 'out-value unchecked null']);
    const rows = await registerSchemas(await planOf(registry, string(), write), registry, true);
    expect(rows.map(({ subject, version }) => `${subject} ${version}`)).toEqual(['shop.Colour 1', 'out-value 1']);
    expect(await check(registry, string(), write)).toEqual(['shop.Colour registered 1', 'out-value registered 1']);
  });

  it('differ by lines in JSON Schema', async () => {
    const registry = new MemoryRegistry();
    const schema = (type: string): Serde<unknown> => jsonSchema({ type: 'object', properties: { amount: { type } } });
    await registerSchemas(await planOf(registry, string(), schema('integer')), registry, true);
    const [out] = await diffSchemas(await planOf(registry, string(), schema('number')), registry, surroundings);
    expect(out?.differences.map(({ change, from, to }) => [change, from ?? to])).toEqual([
      ['line removed', '"type": "integer"'],
      ['line added', '"type": "number"'],
    ]);
  });

  it('differ by lines in Protobuf, which is not compared with text', async () => {
    const registry = new MemoryRegistry();
    await registerSchemas(await planOf(registry, string(), protobuf(DurationSchema)), registry, true);
    const plan = await planOf(registry, string(), protobuf(TimestampSchema));
    const [before] = await diffSchemas(plan, registry, surroundings);
    expect(before?.differences).toContainEqual({
      path: '',
      change: 'line added',
      from: null,
      to: '"name": "Timestamp",',
    });
    await registry.register('out-value', { schemaType: 'PROTOBUF', schema: 'message A {}', references: [] });
    const [after] = await diffSchemas(plan, registry, surroundings);
    expect(after?.differences.map(({ change }) => change)).toEqual(['not compared']);
  });

  it('differ where only the documentation does', async () => {
    const registry = new MemoryRegistry();
    const fields = [{ name: 'amount', type: 'int', doc: 'in cents' }];
    await register(registry, 'out-value', { type: 'record', name: 'shop.Sale', fields });
    const [out] = await diffSchemas(await planOf(registry, string(), avro.serde(Sale)), registry, surroundings);
    expect(out?.differences.map(({ change }) => change)).toEqual(['only documentation or order']);
  });

  it('differ in the format', async () => {
    const registry = new MemoryRegistry();
    await register(registry, 'out-value', Sale);
    const [out] = await diffSchemas(await planOf(registry, string(), jsonSchema({})), registry, surroundings);
    expect(out?.differences).toEqual([{ path: '', change: 'format changed', from: 'AVRO', to: 'JSON' }]);
  });
});
