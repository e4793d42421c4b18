import type { Type } from 'avsc';
import { invalid, messageOf } from '../../util/errors.js';
import { AS_BIGINT, TAG, type AvroJson, type UnionTag } from './avro-json.js';
import { engine } from './avsc.js';
import { bigintType, logicalTypes } from './logical-types.js';
import { unionType } from './union-type.js';

/** How a schema becomes a type. */
export interface CompileOptions {
  /** Schemas that it refers to by name. */
  readonly references?: readonly AvroJson[];
  /** The member that tells records of a union apart, where the schema itself does not say. Default `type`. */
  readonly tag?: string;
}

/** Logical types of longs that need all 64 bits, or may. */
const BIGINTS: ReadonlySet<unknown> = new Set([
  'timestamp-micros',
  'timestamp-nanos',
  'local-timestamp-micros',
  'local-timestamp-nanos',
]);

/**
 * Compiles a schema for reading and writing.
 * @throws MillraceError `AVRO_SCHEMA_INVALID`
 */
export function compileAvro(schema: AvroJson, { references = [], tag = 'type' }: CompileOptions = {}): Type {
  const unnamed: UnionTag = { name: tag, values: [] };
  return compile(schema, references, (types, options, given) => unionType(types, options, given ?? unnamed));
}

/**
 * Compiles the schema of what others wrote, which is only read by way of another.
 * @throws MillraceError `AVRO_SCHEMA_INVALID`
 */
export function compileWriter(schema: AvroJson, references: readonly AvroJson[]): Type {
  return compile(schema, references, (types, options) =>
    engine().Type.forSchema([...types] as never, { ...options, wrapUnions: 'always' }),
  ); // as: types may stand for schemas, which the engine's own types leave out
}

type MakeUnion = (types: readonly Type[], options: object, tag: UnionTag | undefined) => Type;

function compile(schema: AvroJson, references: readonly AvroJson[], makeUnion: MakeUnion): Type {
  const { Type } = engine();
  const bigint = bigintType();
  const options = { registry: {}, logicalTypes: logicalTypes(), omitRecordMethods: true, typeHook };

  function typeHook(part: unknown, current: object): Type | undefined {
    if (Array.isArray(part)) {
      const types: unknown[] = part;
      if (types.every((type): type is Type => Type.isType(type))) return undefined; // a union that is being made
      const made = types.map((type) => Type.forSchema(type as never, current)); // as: whatever it is, the engine checks it
      return makeUnion(made, current, (part as { readonly [TAG]?: UnionTag })[TAG]); // as: see TAG
    }
    if (typeof part !== 'object' || part === null) return undefined;
    const { type, logicalType, [AS_BIGINT]: asBigint } = part as LongJson; // as: attributes that others do not have
    return type === 'long' && (asBigint === true || BIGINTS.has(logicalType)) ? bigint : undefined;
  }

  try {
    for (const reference of references) Type.forSchema(reference as never, options as never); // as: the engine checks it
    return Type.forSchema(schema as never, options as never); // as above
  } catch (error) {
    throw invalid('AVRO_SCHEMA_INVALID', `an Avro schema cannot be used: ${messageOf(error)}`, {
      hint: 'Mend the schema; the specification is at https://avro.apache.org/docs/.',
      cause: error,
    });
  }
}

interface LongJson {
  readonly type?: unknown;
  readonly logicalType?: unknown;
  readonly [AS_BIGINT]?: boolean;
}
