import { invalid } from '../../util/errors.js';
import type { Serde, SerdePlace } from '../serde.js';
import { schemaIncompatible } from '../schema-mismatch-error.js';
import { SerdeError } from '../serde-error.js';
import type { KnownSchema } from './known-schema.js';
import type { OwnSchema, SchemaCache } from './schema-cache.js';
import { SchemaRegistryError } from './schema-registry-error.js';
import { subjectOf, type SubjectStrategy } from './subject.js';
import { HEADER_LENGTH, schemaHeader, schemaIdOf } from './wire-format.js';

/** Reads a value that begins at `start`, behind the schema's id. */
export type ReadValue<T> = (bytes: Buffer, start: number, end: number) => T;

/** What a format does with schemas. Its methods may be slow; what they give is used for every record. */
export interface SchemaFormat<T> {
  /** Name of the serde. */
  readonly name: string;
  readonly schema: OwnSchema;
  /** Full name of the record that the schema describes. */
  readonly record: string | undefined;
  writer(header: Buffer): (value: T) => Buffer;
  /** @throws TypeError, or MillraceError, why what the schema wrote cannot be read */
  reader(written: KnownSchema): ReadValue<T>;
}

/** How a serde uses the registry. */
export interface RegistrySerdeOptions {
  /** Default `topic`. */
  readonly subject?: SubjectStrategy;
  /** Schemas that are written with are registered when the application starts; `false`: they have to be there. Default true. */
  readonly autoRegister?: boolean;
  /** The registry brings texts into a normal form before it compares them. Default false. */
  readonly normalize?: boolean;
  /** At the start the latest schema of a topic that is read has to be one that can be read. Default true. */
  readonly checkCompatibility?: boolean;
}

/**
 * A serde whose bytes name the schema that wrote them, in Confluent's wire format. It is prepared for the places where it is
 * used before the first record; from then on it writes synchronously, and reads what it has met before.
 *
 * The id of a schema is the same in every subject, so one serde may stand in many places.
 */
export class RegistrySerde<T> implements Serde<T> {
  readonly name: string;
  readonly #format: SchemaFormat<T>;
  readonly #options: RegistrySerdeOptions;
  readonly #readers = new Map<number, ReadValue<T>>();
  /** Those of the places where it is used. */
  readonly #subjects = new Set<string>();
  #schemas: SchemaCache | undefined;
  #write: ((value: T) => Buffer) | undefined;
  #lastId = -1;
  #lastRead: ReadValue<T> | undefined;

  constructor(format: SchemaFormat<T>, options: RegistrySerdeOptions) {
    this.name = format.name;
    this.#format = format;
    this.#options = options;
  }

  async prepare(place: SerdePlace): Promise<void> {
    const schemas = this.#use(place.schemas);
    const { subject: strategy = 'topic', autoRegister = true, normalize, checkCompatibility = true } = this.#options;
    const subject = subjectOf(strategy, place, this.#format.record);
    if (subject === undefined) return;
    this.#subjects.add(subject);
    if (place.access === 'read') {
      if (checkCompatibility) await this.#checkLatest(schemas, subject);
      return;
    }
    if (place.access !== 'write') {
      const versions = await schemas.learn(subject);
      // other strategies share a subject with what is not in the store
      if (checkCompatibility && strategy === 'topic') this.#expectReadable(place, versions);
    }
    const { schema } = this.#format;
    const how = autoRegister && place.access !== 'query' ? 'register' : 'lookUp';
    const id = await schemas[how](subject, schema, { normalize }).catch((error: unknown) => {
      if (place.access === 'query' && isNotRegistered(error)) return undefined; // what was never written is not asked for
      throw error;
    });
    if (id !== undefined) this.#write = this.#format.writer(schemaHeader(id));
  }

  serialize(value: T): Buffer {
    if (this.#write === undefined) throw this.#notPrepared();
    return this.#write(value);
  }

  deserialize(bytes: Buffer, start: number, end: number): T {
    const id = schemaIdOf(this.name, bytes, start, end);
    if (id === this.#lastId && this.#lastRead !== undefined) return this.#lastRead(bytes, start + HEADER_LENGTH, end);
    const read = this.#readers.get(id) ?? this.#meet(id);
    this.#lastId = id;
    this.#lastRead = read;
    return read(bytes, start + HEADER_LENGTH, end);
  }

  /** Takes up a registry, and forgets what another one said. */
  #use(schemas: SchemaCache | undefined): SchemaCache {
    if (schemas === undefined) {
      throw invalid('SCHEMA_REGISTRY_MISSING', `a serde of ${this.name} has no schema registry`, {
        hint: 'Set SCHEMA_REGISTRY_URL; only with the embedded log is there a registry without it.',
      });
    }
    if (this.#schemas === schemas) return schemas;
    this.#schemas = schemas;
    this.#write = undefined;
    this.#readers.clear();
    this.#lastId = -1;
    this.#lastRead = undefined;
    return schemas;
  }

  #meet(id: number): ReadValue<T> {
    if (this.#schemas === undefined) throw this.#notPrepared();
    const read = this.#tryReaderOf(this.#schemas.get(this.name, id, this.#subjects));
    this.#readers.set(id, read);
    return read;
  }

  /** Of a schema that cannot be read, one that says so for every record. */
  #tryReaderOf(written: KnownSchema): ReadValue<T> {
    try {
      return this.#readerOf(written);
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  #readerOf(written: KnownSchema): ReadValue<T> {
    const { name, record = 'values' } = this.#format;
    try {
      return this.#format.reader(written);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const text = `what schema ${written.id} wrote cannot be read as ${record}: ${why}`;
      throw new SerdeError('SCHEMA_UNREADABLE', name, text, error);
    }
  }

  /** What a store holds may be of any version of its subject. */
  #expectReadable({ store, access, part }: SerdePlace, versions: readonly KnownSchema[]): void {
    if (store === undefined || access !== 'store' || part !== 'value') return;
    for (const version of versions) {
      try {
        this.#readers.set(version.id, this.#readerOf(version));
      } catch (error) {
        throw schemaIncompatible(store, error instanceof SerdeError ? (error.cause ?? error) : error);
      }
    }
  }

  async #checkLatest(schemas: SchemaCache, subject: string): Promise<void> {
    const latest = await schemas.latest(subject);
    if (latest === undefined) return;
    try {
      this.#readers.set(latest.id, this.#readerOf(latest));
    } catch (error) {
      const message = `the latest schema of subject "${subject}" cannot be read`;
      const detail = error instanceof Error ? error.message : undefined;
      throw new SchemaRegistryError('SCHEMA_INCOMPATIBLE', message, detail, error);
    }
  }

  #notPrepared(): Error {
    return invalid(
      'SERDE_NOT_PREPARED',
      `a serde of ${this.name} was used before the registry told it its schema's id`,
      {
        hint: 'Use it in a topology, where it is prepared at the start; or call its `prepare` yourself.',
      },
    );
  }
}

function isNotRegistered(error: unknown): boolean {
  return error instanceof SchemaRegistryError && error.code === 'SCHEMA_NOT_REGISTERED';
}
