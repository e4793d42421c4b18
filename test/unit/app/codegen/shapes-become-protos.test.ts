import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { protoText, serviceOf } from '../../../../src/app/codegen/service-files.js';
import { defaultServiceName } from '../../../../src/app/codegen/declared-service.js';
import { defineQuery } from '../../../../src/app/define-query.js';
import { defineTopology } from '../../../../src/app/define-topology.js';
import { protoDescriptor } from '../../../../src/query/proto-file/proto-descriptor.js';
import { readProto } from '../../../../src/query/proto-file/read-proto.js';
import { avro, type AvroFields } from '../../../../src/serde/index.js';

const Line = avro.record('shop.Line', { sku: avro.string(), price: avro.decimal(12, 2) }, { doc: 'One line.' });
interface Part {
  readonly name: string;
  readonly parts: readonly Part[];
}
const Part = avro.record('Part', { name: avro.string(), parts: avro.array(avro.named<Part>('Part')) });
const everything = {
  sku: avro.string(),
  wallet_id: avro.uuid(),
  isOpen: avro.boolean(),
  small: avro.int(),
  large: avro.long(),
  exact: avro.int64(),
  ratio: avro.float(),
  mean: avro.double(),
  picture: avro.bytes(),
  hash: avro.fixed('Hash', 16),
  total: avro.field(avro.decimal(30, 2), { doc: 'All lines.' }),
  kind: avro.enum('Kind', ['online', 'store']),
  day: avro.date(),
  at: avro.timestampMillis(),
  exactly: avro.timestampMicros(),
  note: avro.optional(avro.string()),
  line: Line,
  maybe: avro.optional(Line),
  lines: avro.array(Line),
  counts: avro.map(avro.long()),
  by_name: avro.map(Line),
  part: Part,
};

function protoOf(returns: AvroFields, options: readonly string[] = []): string {
  const query = defineQuery({ name: 'order', path: '/order/{id}', options, description: 'An order.', returns, answer: () => undefined }); // prettier-ignore
  const topology = defineTopology({ name: 'shop', queries: [query], build: () => undefined });
  return protoText(serviceOf(topology, 'shop.v1.ShopService'), 'shop', undefined);
}

/** Runs buf on one file. */
function buf(proto: string, ...args: string[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-buf-'));
  const file = join(folder, 'shop/v1/shop_service.proto');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, proto);
  const env = {
    ...process.env,
    PATH: `${join(process.cwd(), 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}`,
  };
  try {
    return execFileSync('buf', args, { cwd: folder, env });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the .proto of a service', () => {
  const proto = protoOf(everything, ['verbose']);

  it('has a field for every type', () => {
    expect(proto).toContain('rpc GetOrder(GetOrderRequest) returns (GetOrderResponse);');
    expect(proto).toContain('  // All lines.\n  // A decimal, 2 digits behind the point.\n  string total = 11;');
    expect(proto).toContain('  optional string note');
    expect(proto).toContain('bool is_open = 3;');
    expect(proto).toContain('google.protobuf.Timestamp exactly');
    expect(proto).toContain('map<string, Line> by_name');
    expect(proto).toContain('message Part {\n  string name = 1;\n  repeated Part parts = 2;\n}');
  });

  it("follows buf's STANDARD rules", () => {
    expect(buf(proto, 'lint').toString()).toBe('');
  });

  it('is served as buf compiles it', () => {
    const set = buf(
      proto,
      'build',
      '--exclude-source-info',
      '--exclude-imports',
      '--as-file-descriptor-set',
      '-o',
      '-#format=binpb',
    );
    const [compiled] = fromBinary(FileDescriptorSetSchema, set).file;
    expect(protoDescriptor(readProto(proto, 'test'))).toEqual(compiled);
  });

  it.each([
    [{ a: avro.array(avro.array(avro.string())) }, 'field "a"'],
    [{ a: avro.union(avro.string(), avro.long()) }, 'of several types'],
    [{ a: avro.array(avro.optional(avro.string())) }, 'field "a"'],
    [{ wallet_id: avro.string(), walletId: avro.string() }, 'field "wallet_id" twice'],
    [{ a: avro.record('x.A', { b: avro.string() }), b: avro.record('y.A', { c: avro.string() }) }, 'declared twice'],
  ])('refuses what protobuf cannot say: %#', (returns: AvroFields, message) => {
    expect(() => protoOf(returns)).toThrow(message);
  });

  it('refuses an option that cannot be a field', () => {
    expect(() => protoOf({ a: avro.string() }, ['Page-Size'])).toThrow('option "Page-Size"');
  });

  it.each(['Shop', 'shop.ShopService', 'shop.v1.shopService', 'millrace.query.v1.StateQueryService'])(
    'cannot have the service "%s"',
    (name) => {
      const query = defineQuery({ name: 'q', path: '/q', returns: { a: avro.string() }, answer: () => undefined });
      const topology = defineTopology({ name: 'shop', queries: [query], build: () => undefined });
      expect(() => serviceOf(topology, name)).toThrow('cannot be the service of topology "shop"');
    },
  );

  it.each([
    ['page-views', 'page_views.v1.PageViewsService'],
    ['wallets', 'wallets.v1.WalletsService'],
    ['Sales.2024', 'sales_2024.v1.Sales2024Service'],
  ])('is named for its topology unless it is told: %s', (topology, name) => {
    expect(defaultServiceName(topology)).toBe(name);
  });
});
