import type { AvroJson } from './avro-json.js';
import type { AvroSchema } from './avro-schema.js';

type Attributes = Readonly<Record<string, unknown>>;

/** All schemas that a schema refers to by name, and those that they refer to: each once, behind what it needs itself. */
export function referencedSchemas(schema: AvroSchema<unknown>): readonly AvroSchema<unknown>[] {
  const found = new Map<string | undefined, AvroSchema<unknown>>();
  for (const reference of schema.references) {
    for (const deeper of referencedSchemas(reference)) found.set(deeper.name, found.get(deeper.name) ?? deeper);
    found.set(reference.name, found.get(reference.name) ?? reference);
  }
  return [...found.values()];
}

/** A schema in one piece, for readers that have nothing else: what it refers to is defined where it is named first. */
export function inOnePiece(schema: AvroSchema<unknown>): AvroJson {
  const references = referencedSchemas(schema).map((reference) => [reference.name, reference.toJSON()] as const);
  return references.length === 0 ? schema.toJSON() : new Inlining(new Map(references)).within(schema.toJSON(), '');
}

/** Puts definitions in the place of names, each once. */
class Inlining {
  readonly #waiting: Map<string | undefined, AvroJson>;

  constructor(definitions: ReadonlyMap<string | undefined, AvroJson>) {
    this.#waiting = new Map(definitions);
  }

  within(json: AvroJson, namespace: string): AvroJson {
    if (typeof json === 'string') return this.#named(json, namespace);
    if (isList(json)) return json.map((branch) => this.within(branch, namespace));
    return this.#attributes(json, namespace);
  }

  #named(name: string, namespace: string): AvroJson {
    const fullName = name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
    const definition = this.#waiting.get(fullName);
    if (definition === undefined) return name;
    this.#waiting.delete(fullName);
    return this.within(definition, '');
  }

  #attributes(json: Attributes, around: string): AvroJson {
    const namespace = namespaceOf(json, around);
    const part = (value: unknown): AvroJson => this.within(value as AvroJson, namespace); // as: where a schema stands
    return {
      ...json,
      type: part(json.type),
      ...('items' in json && { items: part(json.items) }),
      ...('values' in json && { values: part(json.values) }),
      ...(Array.isArray(json.fields) && {
        fields: json.fields.map((field: Attributes) => this.#field(field, namespace)),
      }),
    };
  }

  #field(field: Attributes, namespace: string): AvroJson {
    return { ...field, type: this.within(field.type as AvroJson, namespace) }; // as: a field has one
  }
}

/** The namespace that names inside a type are in. */
function namespaceOf({ name, namespace }: Attributes, around: string): string {
  if (typeof name !== 'string') return around;
  const dot = name.lastIndexOf('.');
  if (dot >= 0) return name.slice(0, dot);
  return typeof namespace === 'string' ? namespace : around;
}

function isList(json: AvroJson): json is readonly AvroJson[] {
  return Array.isArray(json);
}
