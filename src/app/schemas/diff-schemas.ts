import { fromBinary, toJsonString } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { noMetrics } from '../../observability/metrics.js';
import type { KnownSchema } from '../../serde/registry/known-schema.js';
import { SchemaCache } from '../../serde/registry/schema-cache.js';
import type { SchemaRegistry } from '../../serde/registry/schema-registry.js';
import type { Surroundings } from '../broker.js';
import { avroDifferences, type SchemaDifference } from './avro-differences.js';
import { avroShape } from '../../serde/avro/avro-shape.js';
import { lineDifferences } from './line-differences.js';
import type { SchemaPlan, WrittenSchema } from './plan-schemas.js';

/** How the schema of a topology differs from the latest of its subject. */
export interface SubjectDifferences {
  readonly subject: string;
  /** The latest version; null when there is none. */
  readonly version: number | null;
  readonly differences: readonly SchemaDifference[];
}

/** Compares every schema that is written with the latest version of its subject. */
export async function diffSchemas(
  { written }: SchemaPlan,
  registry: SchemaRegistry,
  surroundings: Pick<Surroundings, 'clock' | 'log'>,
): Promise<readonly SubjectDifferences[]> {
  const schemas = new SchemaCache(registry, { ...surroundings, metrics: noMetrics });
  const all: SubjectDifferences[] = [];
  for (const each of written) {
    const latest = await registry.version(each.subject, 'latest');
    const known = await schemas.latest(each.subject);
    const differences = latest === undefined || known === undefined ? [] : differencesOf(each, latest.version, known);
    all.push({ subject: each.subject, version: latest?.version ?? null, differences });
  }
  return all;
}

function differencesOf(
  { found, known }: WrittenSchema,
  version: number,
  latest: KnownSchema,
): readonly SchemaDifference[] {
  if (found?.version === version) return [];
  if (latest.schemaType !== known.schemaType)
    return [{ path: '', change: 'format changed', from: latest.schemaType, to: known.schemaType }];
  const differences = ofOneFormat(latest, known);
  return differences.length > 0
    ? differences
    : [{ path: '', change: 'only documentation or order', from: null, to: null }];
}

function ofOneFormat(latest: KnownSchema, known: KnownSchema): readonly SchemaDifference[] {
  if (known.schemaType === 'AVRO') return avroDifferences(avroShape(latest), avroShape(known));
  const lines = known.schemaType === 'JSON' ? jsonLines : protobufLines;
  const [from, to] = [lines(latest.schema), lines(known.schema)];
  return from && to
    ? lineDifferences(from, to)
    : [{ path: '', change: 'not compared', from: 'text', to: 'descriptor' }];
}

function jsonLines(schema: string): readonly string[] {
  return JSON.stringify(JSON.parse(schema), undefined, 2).split('\n');
}

/** The JSON of a descriptor in base64, which is what is registered here; undefined for the text of a .proto file. */
function protobufLines(schema: string): readonly string[] | undefined {
  if (!/^[\w+/]+=*$/.test(schema)) return undefined;
  const file = fromBinary(FileDescriptorProtoSchema, Buffer.from(schema, 'base64'));
  return toJsonString(FileDescriptorProtoSchema, file, { prettySpaces: 2 }).split('\n');
}
