import type { KnownSchema } from '../registry/known-schema.js';

/** A type of an Avro schema, as far as it is compared: references are followed, names are full names. */
export interface AvroShape {
  readonly kind: string;
  /** For people: `long`, `bytes (decimal, precision 12, scale 2)`, `record shop.Sale`, `[null, string]`. */
  readonly label: string;
  /** Full name of a record, an enum or a fixed. */
  readonly name: string | undefined;
  /** What its bytes stand for, where that is more than their type says. */
  readonly logical: AvroLogical | undefined;
  readonly aliases: readonly string[];
  /** What a named type says about itself. */
  readonly doc: string | undefined;
  /** Of a record. */
  readonly fields: readonly AvroField[];
  /** Of an enum. */
  readonly symbols: readonly string[];
  /** An enum has a symbol for those that it does not know. */
  readonly hasDefault: boolean;
  /** Of a fixed, in bytes. */
  readonly size: number | undefined;
  /** Of a union. */
  readonly branches: readonly AvroShape[];
  /** What an array or a map holds. */
  readonly inner: AvroShape | undefined;
}

export interface AvroField {
  readonly name: string;
  readonly type: AvroShape;
  /** As JSON; undefined for none. */
  readonly defaultValue: string | undefined;
  readonly aliases: readonly string[];
  readonly doc: string | undefined;
}

/** A logical type with its own attributes. */
export interface AvroLogical {
  readonly logicalType: string;
  readonly precision?: unknown;
  readonly scale?: unknown;
}

type Attributes = Readonly<Record<string, unknown>>;

const NAMED = new Set(['record', 'error', 'enum', 'fixed']);
const NOTHING = {
  name: undefined,
  logical: undefined,
  aliases: [],
  doc: undefined,
  fields: [],
  symbols: [],
  hasDefault: false,
  size: undefined,
  branches: [],
  inner: undefined,
} as const;

/** The shape of a schema, and of what it refers to. */
export function avroShape({ schema, resolved }: Pick<KnownSchema, 'schema' | 'resolved'>): AvroShape {
  const reader = new ShapeReader();
  for (const reference of resolved) reader.read(JSON.parse(reference.schema), '');
  return reader.read(JSON.parse(schema), '');
}

/** Reads types one after the other; a name stands for the type that it was first met with. */
class ShapeReader {
  readonly #named = new Map<string, AvroShape>();

  read(type: unknown, namespace: string): AvroShape {
    if (typeof type === 'string') return this.#byName(type, namespace);
    if (Array.isArray(type)) {
      const branches = type.map((branch) => this.read(branch, namespace));
      return { ...NOTHING, kind: 'union', label: `[${branches.map(({ label }) => label).join(', ')}]`, branches };
    }
    const attributes = attributesOf(type);
    const kind = attributes.type;
    if (typeof kind !== 'string') return this.read(kind, namespace);
    if (NAMED.has(kind)) return this.#define(kind, attributes, namespace);
    if (kind === 'array' || kind === 'map') {
      const inner = this.read(kind === 'array' ? attributes.items : attributes.values, namespace);
      return { ...NOTHING, kind, label: `${kind} of ${inner.label}`, inner };
    }
    const plain = this.#byName(kind, namespace);
    const logical = logicalOf(attributes);
    return logical === undefined ? plain : { ...plain, label: `${plain.label}${logicalText(logical)}`, logical };
  }

  #byName(name: string, namespace: string): AvroShape {
    const known = this.#named.get(qualify(name, namespace)) ?? this.#named.get(name);
    return known ?? { ...NOTHING, kind: name, label: name };
  }

  #define(kind: string, attributes: Attributes, outer: string): AvroShape {
    const { name, namespace = outer } = attributes;
    const fullName = qualify(text(name), text(namespace));
    const inside = fullName.includes('.') ? fullName.slice(0, fullName.lastIndexOf('.')) : '';
    const fields: AvroField[] = [];
    const size = typeof attributes.size === 'number' ? attributes.size : undefined;
    const sizeText = kind === 'fixed' ? ` of ${JSON.stringify(attributes.size)} bytes` : '';
    const logical = logicalOf(attributes);
    const shape: AvroShape = {
      ...NOTHING,
      kind,
      label: `${kind} ${fullName}${sizeText}${logicalText(logical)}`,
      name: fullName,
      logical,
      size,
      hasDefault: attributes.default !== undefined,
      aliases: textsOf(attributes.aliases).map((alias) => qualify(alias, inside)),
      doc: docOf(attributes),
      symbols: textsOf(attributes.symbols),
      fields,
    };
    this.#named.set(fullName, shape); // before its fields, which may refer to it
    for (const field of listOf(attributes.fields)) fields.push(this.#field(attributesOf(field), inside));
    return shape;
  }

  #field({ name, type, aliases, ...more }: Attributes, namespace: string): AvroField {
    const defaultValue = 'default' in more ? JSON.stringify(more.default) : undefined;
    const read = this.read(type, namespace);
    return { name: text(name), type: read, defaultValue, aliases: textsOf(aliases), doc: docOf(more) };
  }
}

function docOf({ doc }: Attributes): string | undefined {
  return typeof doc === 'string' ? doc : undefined;
}

function logicalOf({ logicalType, precision, scale }: Attributes): AvroLogical | undefined {
  if (typeof logicalType !== 'string') return undefined;
  return precision === undefined ? { logicalType } : { logicalType, precision, scale: scale ?? 0 };
}

function logicalText(logical: AvroLogical | undefined): string {
  if (logical === undefined) return '';
  const { logicalType, precision, scale } = logical;
  const digits =
    precision === undefined ? '' : `, precision ${JSON.stringify(precision)}, scale ${JSON.stringify(scale)}`;
  return ` (${logicalType}${digits})`;
}

function qualify(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function attributesOf(json: unknown): Attributes {
  return typeof json === 'object' && json !== null ? { ...json } : {};
}

function listOf(json: unknown): readonly unknown[] {
  return Array.isArray(json) ? json : [];
}

function textsOf(json: unknown): readonly string[] {
  return listOf(json).map(text);
}

function text(json: unknown): string {
  return typeof json === 'string' ? json : '';
}
