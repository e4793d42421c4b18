import type { Type } from 'avsc';
import { invalid } from '../../util/errors.js';
import { isDecimal } from '../decimal.js';
import { SerdeError } from '../serde-error.js';
import type { UnionTag } from './avro-json.js';
import { engine, type CheckHook, type CopyOptions, type EngineType, type Readable, type Tap } from './avsc.js';

/** What JavaScript tells the values of a branch by. */
type Shape = 'null' | 'boolean' | 'number' | 'bigint' | 'string' | 'bytes' | 'decimal' | 'array' | 'object';

/** A branch of a union, ready for use. */
interface Branch {
  readonly type: EngineType;
  readonly shape: Shape;
  /** The value of the tag, for a record among several. */
  readonly tag: string | undefined;
}

const SHAPES: Readonly<Partial<Record<string, Shape>>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  'abstract:long': 'bigint',
  string: 'string',
  enum: 'string',
  'logical:date': 'string',
  bytes: 'bytes',
  fixed: 'bytes',
  'logical:decimal': 'decimal',
  array: 'array',
};

/** In `_copy`: the value is a default, which is one of the first branch. */
const DEFAULT = 2;

/**
 * The type of a union of these types. Where JavaScript tells the branches apart a value is bare; where only records are
 * alike they carry a tag; any other union has the values of Avro's JSON: `{ branch: value }`, or null.
 *
 * @throws MillraceError `AVRO_SCHEMA_INVALID` when a record has a field by the name of the tag
 */
export function unionType(types: readonly Type[], options: object, tag: UnionTag): Type {
  const { Type } = engine();
  const shapes = types.map((type) => SHAPES[type.typeName] ?? 'object');
  const alike = shapes.filter((shape, index) => shapes.indexOf(shape) !== index);
  const tagged = alike.length > 0 && types.every((type, index) => shapes[index] !== 'object' || isRecord(type));
  const given = [...types] as never; // as: types may stand for schemas, which the engine's own types leave out
  if (alike.some((shape) => shape !== 'object') || (alike.length > 0 && !tagged))
    return Type.forSchema(given, { ...options, wrapUnions: 'always' });
  if (!tagged && !types.some((type) => Type.isType(type, 'logical', 'abstract')))
    return Type.forSchema(given, { ...options, wrapUnions: 'never' });
  if (tagged) refuseTagAsField(types, tag);
  const branches = types.map((type, index): Branch => ({
    type: type as unknown as EngineType, // as: see EngineType
    shape: shapes[index] ?? 'object',
    tag: tagged && shapes[index] === 'object' ? (tag.values[index] ?? simpleName(type)) : undefined,
  }));
  return makeUnion(given, { ...options, wrapUnions: 'always' }, branches, tag.name);
}

function makeUnion(given: never, options: object, branches: readonly Branch[], tagName: string): Type {
  const { types } = engine();

  class UnionOfBranches extends types.LogicalType {
    _read(tap: Tap): unknown {
      const branch = branches[tap.readLong()];
      if (branch === undefined) throw new SerdeError('SERDE_INVALID_BYTES', 'avro', 'the union has no such branch');
      return withTag(branch, branch.type._read(tap));
    }

    _write(tap: Tap, value: unknown): void {
      const index = indexOf(value);
      const branch = branches[index];
      if (branch === undefined) throw SerdeError.ofValue('avro', value, 'it is of no branch of the union');
      tap.writeLong(index);
      branch.type._write(tap, value);
    }

    _check(value: unknown, flags: unknown, hook: CheckHook | undefined, path: unknown): boolean {
      const branch = branches[indexOf(value)];
      if (branch !== undefined) return branch.type._check(value, flags, hook, path);
      hook?.(value, this);
      return false;
    }

    _copy(value: unknown, copy: CopyOptions | undefined): unknown {
      const branch = branches[copy?.wrap === DEFAULT ? 0 : indexOf(value)];
      if (branch === undefined) throw SerdeError.ofValue('avro', value, 'it is of no branch of the union');
      return withTag(branch, branch.type._copy(value, copy));
    }

    /** Reads what another type wrote as the first branch that can, as Avro has it. */
    _update(resolver: Readable, writer: Type, more: object): void {
      for (const branch of branches) {
        const branchResolver = tryResolver(branch, writer, more);
        if (branchResolver === undefined) continue;
        resolver._read = (tap) => withTag(branch, branchResolver._read(tap));
        return;
      }
    }
  }

  const indexOf = (value: unknown): number => {
    const shape = shapeOf(value);
    for (let i = 0; i < branches.length; i++) {
      const branch = branches[i] as Branch; // i is within bounds
      if (branch.shape !== shape) continue;
      if (branch.tag === undefined || (value as Record<string, unknown>)[tagName] === branch.tag) return i; // as: an object
    }
    return -1;
  };
  const withTag = ({ tag }: Branch, value: unknown): unknown => {
    if (tag !== undefined) (value as Record<string, unknown>)[tagName] = tag; // as: only records have tags
    return value;
  };
  return new UnionOfBranches(given, options);
}

function tryResolver({ type }: Branch, writer: Type, options: object): Readable | undefined {
  try {
    return type.createResolver(writer, options);
  } catch {
    return undefined;
  }
}

function shapeOf(value: unknown): Shape | undefined {
  if (value === null) return 'null';
  if (typeof value !== 'object') return SHAPES_OF_PRIMITIVES[typeof value];
  if (Array.isArray(value)) return 'array';
  if (Buffer.isBuffer(value)) return 'bytes';
  return isDecimal(value) ? 'decimal' : 'object';
}

const SHAPES_OF_PRIMITIVES: Readonly<Partial<Record<string, Shape>>> = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  bigint: 'bigint',
};

function isRecord(type: Type): boolean {
  return engine().Type.isType(type, 'record');
}

function simpleName({ name = '' }: Type): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function refuseTagAsField(types: readonly Type[], tag: UnionTag): void {
  for (const type of types) {
    const { fields = [] } = type as { readonly fields?: readonly { readonly name: string }[] }; // as: only records have fields, and one that is just being made has none yet
    if (!fields.some(({ name }) => name === tag.name)) continue;
    throw invalid('AVRO_SCHEMA_INVALID', `record "${type.name ?? ''}" has a field "${tag.name}", its union's tag`, {
      hint: 'Choose another tag for the union.',
    });
  }
}
