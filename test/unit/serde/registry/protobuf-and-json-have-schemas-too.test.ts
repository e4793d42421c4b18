import { describe, expect, it } from '@jest/globals';
import { create, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import {
  DescriptorProto_ExtensionRangeSchema,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { silentLogger } from '../../../../src/observability/log.js';
import { noMetrics } from '../../../../src/observability/metrics.js';
import { avro, jsonSchema, protobuf, type Serde } from '../../../../src/serde/index.js';
import { MemoryRegistry } from '../../../../src/serde/registry/memory-registry.js';
import { SchemaCache } from '../../../../src/serde/registry/schema-cache.js';
import { systemClock } from '../../../../src/util/time.js';

const registry = new MemoryRegistry();
const schemas = new SchemaCache(registry, { clock: systemClock, log: silentLogger, metrics: noMetrics });

async function prepared<T>(serde: Serde<T>, topic: string): Promise<Serde<T>> {
  await serde.prepare?.({ topic, part: 'value', access: 'write', schemas });
  return serde;
}
const readBack = <T>(serde: Serde<T>, value: T): T => {
  const bytes = serde.serialize(value);
  return serde.deserialize(bytes, 0, bytes.length);
};

describe('a Protobuf message with a schema', () => {
  it.each<[string, DescMessage, string]>([
    ['the first message of its file', FileDescriptorSetSchema, '00'],
    ['another one', FieldDescriptorProtoSchema, '0208'],
    ['one within another', DescriptorProto_ExtensionRangeSchema, '040400'],
  ])('says behind the id which message of its file it is: %s', async (_, message, indexes) => {
    const serde = await prepared(protobuf(message), 'proto');
    expect(serde.serialize(create(message)).subarray(5).toString('hex')).toBe(indexes);
  });

  it('is read as written, and shares no bytes with what it was read from', async () => {
    const serde = await prepared(protobuf(FieldDescriptorProtoSchema), 'proto');
    const field = create(FieldDescriptorProtoSchema, { name: 'amount', number: 3 });
    expect(readBack<MessageShape<typeof FieldDescriptorProtoSchema>>(serde, field)).toEqual(field);
  });

  it('has its file registered as its descriptor', async () => {
    await prepared(protobuf(FileDescriptorProtoSchema), 'descriptor');
    const latest = await registry.version('descriptor-value', 'latest');
    expect(latest).toMatchObject({ schemaType: 'PROTOBUF' });
    expect(Buffer.from(latest?.schema ?? '', 'base64').toString('latin1')).toContain('FileDescriptorProto');
  });

  it('is not read as another message of the file', async () => {
    const written = await prepared(protobuf(FileDescriptorSetSchema), 'proto');
    const bytes = written.serialize(create(FileDescriptorSetSchema));
    const other = await prepared(protobuf(FieldDescriptorProtoSchema), 'proto');
    expect(() => other.deserialize(bytes, 0, bytes.length)).toThrow('it is another message of its file');
  });
});

describe('JSON with a schema', () => {
  const schema = { title: 'Sale', type: 'object', properties: { amount: { type: 'integer' } }, required: ['amount'] };

  it.each([undefined, 'http://json-schema.org/draft-07/schema#', 'https://json-schema.org/draft/2020-12/schema'])(
    'is validated when it is written and when it is read: %s',
    async ($schema) => {
      const serde = await prepared(jsonSchema<object>($schema === undefined ? schema : { $schema, ...schema }), 'json');
      expect(readBack(serde, { amount: 5 })).toEqual({ amount: 5 });
      expect(() => serde.serialize({ amount: 'x' })).toThrow('it/amount must be integer');
      const bytes = Buffer.concat([serde.serialize({ amount: 5 }).subarray(0, 5), Buffer.from('{}')]);
      expect(() => serde.deserialize(bytes, 0, bytes.length)).toThrow("it must have required property 'amount'");
    },
  );

  it('is not made by a schema that cannot be used', async () => {
    const preparing = prepared(jsonSchema({ type: 'nothing' }), 'json');
    await expect(preparing).rejects.toMatchObject({ code: 'JSON_SCHEMA_INVALID' });
  });

  it('is not read from what a schema of another format wrote', async () => {
    const written = await prepared(avro.serde(avro.string()), 'avro');
    const bytes = written.serialize('x');
    const serde = await prepared(jsonSchema<object>(schema), 'json');
    expect(() => serde.deserialize(bytes, 0, bytes.length)).toThrow('cannot be read as Sale: it is a schema of AVRO');
  });
});
