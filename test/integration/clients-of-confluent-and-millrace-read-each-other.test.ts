import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { create, createFileRegistry, toBinary, type DescMessage } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { silentLogger } from '../../src/observability/log.js';
import { avro, jsonSchema, protobuf, type Serde } from '../../src/serde/index.js';
import { EmbeddedRegistry } from '../../src/serde/registry/embedded-registry.js';
import { Apicurio } from '../support/registry/apicurio.js';
import { ConfluentClient, type RegistryLogin } from '../support/registry/confluent-client.js';
import { prepared, readWith, schemasOf } from '../support/registry/registry-serdes.js';
import { registryParts } from '../support/registry/registry-parts.js';
import { serveRegistry, type ServedRegistry } from '../support/registry/serve-registry.js';

const plain = { seller: 'Köln', count: 7, tags: ['a', 'b'] };

const SALE_JSON = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Sale',
  type: 'object',
  properties: {
    seller: { type: 'string' },
    count: { type: 'integer' },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['seller'],
};

const field = (name: string, number: number, type: FieldDescriptorProto_Type, repeated = false) => {
  const label = repeated ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL;
  return { name, jsonName: name, number, type, label };
};
const SALE_PROTO = create(FileDescriptorProtoSchema, {
  name: 'shop/sale.proto',
  package: 'shop',
  syntax: 'proto3',
  messageType: [
    {
      name: 'Sale',
      field: [
        field('seller', 1, FieldDescriptorProto_Type.STRING),
        field('count', 2, FieldDescriptorProto_Type.INT32),
        field('tags', 3, FieldDescriptorProto_Type.STRING, true),
      ],
    },
  ],
});

function saleMessage(): DescMessage {
  const files = createFileRegistry(create(FileDescriptorSetSchema, { file: [SALE_PROTO] }));
  const message = files.getMessage('shop.Sale');
  if (message === undefined) throw new TypeError('the file has no such message');
  return message;
}

const saleFile = Buffer.from(toBinary(FileDescriptorProtoSchema, SALE_PROTO)).toString('base64');

let python: string;
let apicurio: Apicurio;
let folder: string;
let embedded: EmbeddedRegistry;
let served: ServedRegistry;

beforeAll(async () => {
  ({ python } = await registryParts());
  apicurio = await Apicurio.start();
  folder = await mkdtemp(join(tmpdir(), 'millrace-registry-'));
  embedded = new EmbeddedRegistry(join(folder, 'schemas.jsonl'), silentLogger);
  served = await serveRegistry(embedded);
});
afterAll(async () => {
  await served.close();
  await embedded.close();
  await rm(folder, { recursive: true });
  await apicurio.stop();
});

describe.each<[string, () => RegistryLogin]>([
  ['Apicurio', () => apicurio],
  ['the embedded registry', () => served],
])('with %s, records', (_, registry) => {
  async function exchange<T>(topic: string, serde: Serde<T>, client: ConfluentClient, value: T): Promise<[T, unknown]> {
    const { url, credentials } = registry();
    const schemas = schemasOf({ urls: [url], credentials });
    try {
      const writer = await prepared(serde, topic, 'write', schemas);
      const there = await client.read(topic, writer.serialize(value));
      const here = await readWith(serde, await client.write(topic));
      return [here, there];
    } finally {
      await schemas.close();
    }
  }

  it('in JSON with a schema', async () => {
    const client = new ConfluentClient(python, registry(), 'json', JSON.stringify(SALE_JSON));
    expect(await exchange('json', jsonSchema<typeof plain>(SALE_JSON), client, plain)).toEqual([plain, plain]);
  });

  it('in Protobuf', async () => {
    const message = saleMessage();
    const client = new ConfluentClient(python, registry(), 'protobuf', saleFile);
    const [here, there] = await exchange('protobuf', protobuf(message), client, create(message, plain));
    expect(here).toMatchObject(plain);
    expect(there).toEqual(plain);
  });

  it('in Avro', async () => {
    const Sale = avro.record('shop.Sale', {
      seller: avro.string(),
      amount: avro.decimal(12, 2),
      note: avro.optional(avro.string()),
    });
    const client = new ConfluentClient(python, registry(), 'avro', JSON.stringify(Sale));
    const schemas = schemasOf({ urls: [registry().url], credentials: registry().credentials });
    const serde = await prepared(avro.serde(Sale), 'avro', 'write', schemas);
    const read = await readWith(serde, await client.write('avro'));
    expect({ ...read, amount: read.amount.toFixed(2) }).toEqual({ seller: 'Köln', amount: '-1234.50', note: null });
    expect(await client.read('avro', serde.serialize(read))).toMatchObject({ amount: '-1234.50', note: null });
    await schemas.close();
  });
});
