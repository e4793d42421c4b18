import { readFileSync } from 'node:fs';
import { invalid, messageOf } from '../../util/errors.js';
import type { AvroJson } from './avro-json.js';
import { AvroSchema } from './avro-schema.js';
import { checkLogicalTypes } from './logical-type-rules.js';

/** What a schema from JSON may need. */
export interface SchemaOptions {
  /** Schemas of their own that it refers to by name. */
  readonly references?: readonly AvroSchema<unknown>[];
}

/**
 * A schema from its JSON, as text or as an object. What its values are is the caller's word:
 * `avro.schema<Sale>({ type: 'record', … })`. Longs are numbers; microseconds and nanoseconds bigints; of several records in
 * a union each value says in its member `type` which one it is (its name without the namespace).
 * @throws MillraceError `AVRO_SCHEMA_INVALID` when it is not JSON, or has a logical type that contradicts itself
 */
export function schema<T>(json: string | object, options: SchemaOptions = {}): AvroSchema<T> {
  const parsed = typeof json === 'string' ? parse(json, 'a schema') : (json as AvroJson); // as: it is checked when it is compiled
  return declared<T>(parsed, options);
}

/**
 * A schema from an .avsc file; see {@link schema}.
 * @throws MillraceError `AVRO_SCHEMA_INVALID` as that does, and when the file cannot be read
 */
export function file<T>(path: string | URL, options: SchemaOptions = {}): AvroSchema<T> {
  return declared<T>(parse(read(path), String(path)), options);
}

function declared<T>(json: AvroJson, { references }: SchemaOptions): AvroSchema<T> {
  checkLogicalTypes(json);
  return new AvroSchema<T>(nameOf(json), () => json, references);
}

function read(path: string | URL): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unusable(String(path), error);
  }
}

function parse(text: string, what: string): AvroJson {
  try {
    return JSON.parse(text) as AvroJson; // as: it is checked when it is compiled
  } catch (error) {
    throw unusable(what, error);
  }
}

function unusable(what: string, error: unknown): Error {
  return invalid('AVRO_SCHEMA_INVALID', `${what} cannot be read: ${messageOf(error)}`, {
    hint: 'Give the JSON of an Avro schema.',
    cause: error,
  });
}

/** The full name of a named type. */
function nameOf(json: AvroJson): string | undefined {
  if (typeof json !== 'object' || !('name' in json)) return undefined;
  const { name, namespace } = json as { readonly name?: unknown; readonly namespace?: unknown }; // as: they are looked at
  if (typeof name !== 'string') return undefined;
  return typeof namespace === 'string' && namespace !== '' && !name.includes('.') ? `${namespace}.${name}` : name;
}
