import { fingerprintOf } from './fingerprint.js';
import { SchemaMismatchError } from './schema-mismatch-error.js';
import type { Serde, ValueSchema } from './serde.js';

type Parts = Readonly<Record<string, Serde<unknown>>>;
type ReaderOf = (schema: ValueSchema<unknown>, writer: string) => Pick<Serde<unknown>, 'deserialize'>;

/**
 * The schema of a serde that is made of others, in a form that does not change: theirs, if one has any.
 * @param make the serde, of these parts or of such as read what other schemas wrote
 */
export function schemaOfParts<T, P extends Parts>(
  parts: P,
  make: (parts: P) => Serde<T>,
): { readonly schema?: ValueSchema<T> } {
  const names = Object.keys(parts).filter((name) => parts[name]?.schema !== undefined);
  return names.length === 0 ? {} : { schema: new SchemaOfParts(parts, names, make) };
}

/** The text of a single part with a schema is its own; of several it is an object of theirs. */
class SchemaOfParts<T, P extends Parts> implements ValueSchema<T> {
  readonly #parts: P;
  /** The parts that have a schema. */
  readonly #names: readonly string[];
  readonly #make: (parts: P) => Serde<T>;
  #text: string | undefined;
  #fingerprint: Buffer | undefined;

  constructor(parts: P, names: readonly string[], make: (parts: P) => Serde<T>) {
    this.#parts = parts;
    this.#names = names;
    this.#make = make;
  }

  get text(): string {
    return (this.#text ??= this.#join());
  }

  get fingerprint(): Buffer {
    return (this.#fingerprint ??= fingerprintOf(this.text));
  }

  behind(header: Buffer): Pick<Serde<T>, 'serialize'> {
    const made = this.#make(this.#parts);
    return { serialize: (value) => Buffer.concat([header, made.serialize(value)]) };
  }

  readerOf(writer: string): Pick<Serde<T>, 'deserialize'> {
    return this.#made(writer, (schema, text) => schema.readerOf(text));
  }

  written(writer: string): Pick<Serde<unknown>, 'deserialize'> {
    return this.#made(writer, (schema, text) => schema.written(text));
  }

  /** The serde, with parts that read what other schemas wrote. */
  #made(writer: string, readerOf: ReaderOf): Serde<T> {
    const texts = this.#split(writer);
    const readers = this.#names.map((name) => [name, this.#readingPart(name, texts[name], readerOf)] as const);
    return this.#make({ ...this.#parts, ...Object.fromEntries(readers) }); // the names are those of the parts
  }

  #readingPart(name: string, writer: string | undefined, readerOf: ReaderOf): Serde<unknown> {
    const part = this.#parts[name] as Serde<unknown>; // as above
    try {
      if (writer === undefined || part.schema === undefined)
        throw new SchemaMismatchError(part.name, { path: '', was: 'without a schema', is: part.name });
      const reader = readerOf(part.schema, writer);
      return {
        name: part.name,
        serialize: (value) => part.serialize(value),
        deserialize: (bytes, start, end) => reader.deserialize(bytes, start, end),
      };
    } catch (error) {
      throw this.#names.length > 1 && error instanceof SchemaMismatchError ? error.within(name) : error;
    }
  }

  #join(): string {
    const texts = this.#names.map((name) => [name, this.#parts[name]?.schema?.text ?? ''] as const);
    if (texts.length === 1) return texts[0]?.[1] ?? '';
    return `{${texts.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
  }

  #split(writer: string): Readonly<Record<string, string | undefined>> {
    const [only = ''] = this.#names;
    if (this.#names.length === 1) return { [only]: writer };
    const written = JSON.parse(writer) as Readonly<Record<string, unknown>>; // as: written by `#join`
    return Object.fromEntries(Object.entries(written).map(([name, text]) => [name, JSON.stringify(text)]));
  }
}
