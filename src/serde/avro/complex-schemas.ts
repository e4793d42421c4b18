import { TAG, type AvroJson, type AvroNames } from './avro-json.js';
import { AvroSchema, type AvroValue } from './avro-schema.js';

/** What a named type may say about itself beside its content. */
export interface AvroNamed {
  readonly doc?: string;
  /** Former names, by which older records are read. */
  readonly aliases?: readonly string[];
}

/** A field of a record with more than its type; made by {@link field}. */
export interface AvroField<T> {
  readonly type: AvroSchema<T>;
  readonly default?: AvroDefault<T>;
  readonly doc?: string;
  readonly aliases?: readonly string[];
}

/** Of what JSON has no type for (decimals, bigints, bytes), or of several types, the default as Avro's JSON has it. */
type AvroDefault<T> = [T] extends [string | number | boolean | null] ? T : unknown;

/** The fields of a record by name: types, or types with defaults and aliases. */
export type AvroFields = Readonly<Record<string, AvroSchema<unknown> | AvroField<unknown>>>;

/** The value of a record with these fields. */
export type AvroRecord<F extends AvroFields> = {
  readonly [N in keyof F]: F[N] extends AvroField<infer T> ? T : AvroValue<F[N]>;
};

type TaggedRecords<Tag extends string, R extends Readonly<Record<string, AvroSchema<object>>>> = {
  [N in keyof R]: { readonly [T in Tag]: N } & AvroValue<R[N]>;
}[keyof R];

/**
 * A record: `avro.record('shop.Sale', { seller_id: avro.string(), amount: avro.decimal(12, 2) })`. A name without a
 * namespace takes that of the record it stands in.
 */
export function record<F extends AvroFields>(
  name: string,
  fields: F,
  named: AvroNamed = {},
): AvroSchema<AvroRecord<F>> {
  return defined(name, named, (names) => ({
    type: 'record',
    fields: Object.entries(fields).map(([fieldName, given]) => fieldJson(fieldName, given, names)),
  }));
}

/**
 * A field with a default (taken when the record was written without it, as Avro's JSON has it), former names, or a text
 * that explains it.
 */
export function field<T>(type: AvroSchema<T>, facts: Omit<AvroField<T>, 'type'>): AvroField<T> {
  return { type, ...facts };
}

/** One of some texts: Avro's `enum`. With `default`, a symbol that is not known is read as that. */
export function enumeration<const S extends string>(
  name: string,
  symbols: readonly [S, ...S[]],
  { default: fallback, ...named }: AvroNamed & { readonly default?: NoInfer<S> } = {},
): AvroSchema<S> {
  return defined(name, named, () => ({ type: 'enum', symbols, ...(fallback !== undefined && { default: fallback }) }));
}

/** So many bytes, no more and no less: Avro's `fixed`. */
export function fixed(name: string, size: number, named: AvroNamed = {}): AvroSchema<Buffer> {
  return defined(name, named, () => ({ type: 'fixed', size }));
}

/** A list. */
export function array<T>(items: AvroSchema<T>): AvroSchema<readonly T[]> {
  return new AvroSchema(undefined, (names) => ({ type: 'array', items: items.within(names) }));
}

/** An object of any names whose values are all of one type: Avro's `map`. */
export function map<T>(values: AvroSchema<T>): AvroSchema<Readonly<Record<string, T>>> {
  return new AvroSchema(undefined, (names) => ({ type: 'map', values: values.within(names) }));
}

/** A value or null; a field of it that was not written is null. */
export function optional<T>(type: AvroSchema<T>): AvroSchema<T | null> {
  return new AvroSchema(undefined, (names) => ['null', type.within(names)]);
}

/**
 * One of several types that JavaScript tells apart (text, numbers, bigints, booleans, bytes, lists, one kind of object), as it
 * is: `avro.union(avro.string(), avro.long())`. For several records see {@link oneOf}.
 */
export function union<S extends readonly AvroSchema<unknown>[]>(...types: S): AvroSchema<AvroValue<S[number]>> {
  return new AvroSchema(undefined, (names) => types.map((type) => type.within(names)));
}

/**
 * One of several records, as a discriminated union: `avro.oneOf('method', { Card, Cash })` has values
 * `{ method: 'Card', … } | { method: 'Cash', … }`. What tells them apart
 * stands in the value only, not in its bytes, where Avro numbers the branches.
 */
export function oneOf<Tag extends string, R extends Readonly<Record<string, AvroSchema<object>>>>(
  tag: Tag,
  records: R,
): AvroSchema<TaggedRecords<Tag, R>> {
  const branches = Object.values(records);
  return new AvroSchema(undefined, (names) =>
    Object.assign(
      branches.map((one) => one.within(names)),
      { [TAG]: { name: tag, values: Object.keys(records) } },
    ),
  );
}

/** A type by its name, where it is inside itself or of another schema: `avro.named<Node>('Node')`. */
export function named<T>(name: string): AvroSchema<T> {
  return new AvroSchema(name, (names) => names.qualify(name));
}

function defined<T>(name: string, { doc, aliases }: AvroNamed, content: (names: AvroNames) => object): AvroSchema<T> {
  return new AvroSchema<T>(name, (names): AvroJson => {
    const fullName = names.qualify(name);
    if (!names.define(fullName)) return fullName;
    return { name: fullName, ...told(doc, aliases), ...content(names.inside(fullName)) };
  });
}

function fieldJson(name: string, given: AvroSchema<unknown> | AvroField<unknown>, names: AvroNames): object {
  if (given instanceof AvroSchema) {
    const type = given.within(names);
    return Array.isArray(type) && type[0] === 'null' ? { name, type, default: null } : { name, type };
  }
  const { type, default: fallback, doc, aliases } = given;
  const json = type.within(names);
  const isOptional = Array.isArray(json) && json[0] === 'null';
  const filled = fallback === undefined && isOptional ? null : fallback;
  return { name, type: json, ...(filled !== undefined && { default: filled }), ...told(doc, aliases) };
}

function told(doc: string | undefined, aliases: readonly string[] | undefined): object {
  return { ...(doc !== undefined && { doc }), ...(aliases !== undefined && { aliases }) };
}
