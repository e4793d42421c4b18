import type { SchemaCache } from './registry/schema-cache.js';

/**
 * Writes and reads one type. Null never reaches a serde: a null key or value is null on the wire.
 *
 * Both methods are synchronous; `deserialize` reads straight from the batch's buffer, so that no slice is made per record.
 */
export interface Serde<T> {
  /** Shown in `ListStores` and in error messages, e.g. `string`, `json`, `timeWindowed<string,60000>`. */
  readonly name: string;
  /** A buffer of its own, or one the serde never changes again. @throws SerdeError when the value is not of the type */
  serialize(value: T): Buffer;
  /**
   * Reads the bytes from `start` up to, not including, `end`. What it returns must not alias `bytes`, unless the serde
   * says so (`bytes()`).
   * @throws SerdeError when the bytes are not of the type
   */
  deserialize(bytes: Buffer, start: number, end: number): T;
  /**
   * Called for every place where the serde is used, and waited for before the first record; a serde of others passes it on.
   * What has to be asked of somebody else (the id of a schema) is asked here.
   */
  prepare?(place: SerdePlace): Promise<void>;
  /**
   * The schema of its values, where their bytes do not tell by which they were written: stores keep it with each value, and
   * so read what an earlier schema wrote.
   */
  readonly schema?: ValueSchema<T>;
}

/** A schema by which a serde writes, and by way of which it reads what earlier ones wrote. */
export interface ValueSchema<T> {
  /** All that a reader has to know of the writer. */
  readonly text: string;
  /** Of the text: CRC-64-AVRO, 8 bytes, little-endian. */
  readonly fingerprint: Buffer;
  /** Writes values behind a header. */
  behind(header: Buffer): Pick<Serde<T>, 'serialize'>;
  /**
   * Reads what the schema of this text wrote.
   * @throws SchemaMismatchError
   */
  readerOf(writer: string): Pick<Serde<T>, 'deserialize'>;
  /** Reads what the schema of this text wrote, as that one's own values: for their conversion. */
  written(writer: string): Pick<Serde<unknown>, 'deserialize'>;
}

/** Where a serde is used. */
export interface SerdePlace {
  /** By its name on the broker, of a store its changelog; undefined where it is not known beforehand. */
  readonly topic: string | undefined;
  readonly part: 'key' | 'value';
  /** The store that it is the serde of. */
  readonly store?: string;
  /**
   * `store`: values are written, and read again much later; `query`: a store of another thread, or one that is restored from
   * what others wrote, is looked into.
   */
  readonly access: 'read' | 'write' | 'store' | 'query';
  /** The application's schema registry; undefined when it has none. */
  readonly schemas: SchemaCache | undefined;
}

type Preparable = Pick<Serde<unknown>, 'prepare'>;

/** The `prepare` of a serde that is made of others: theirs, if one has any. */
export function preparing(...parts: readonly Preparable[]): Preparable {
  const prepared = parts.filter((part) => part.prepare !== undefined);
  if (prepared.length === 0) return {};
  return {
    async prepare(place) {
      for (const part of prepared) await part.prepare?.(place);
    },
  };
}

/**
 * A part of a serde that is made of different ones in the same place: schemas are kept apart by a name behind the topic's, as
 * Kafka Streams does with its pseudo-topics.
 * @param part what it is of a record; default: that which it is a part of
 */
export function partOf(serde: Preparable, name: string, part?: SerdePlace['part']): Preparable {
  if (serde.prepare === undefined) return {};
  return {
    async prepare(place) {
      const topic = place.topic === undefined ? undefined : `${place.topic}-${name}`;
      await serde.prepare?.({ ...place, topic, part: part ?? place.part });
    },
  };
}

/** The type that a serde carries. */
export type SerdeType<S> = S extends Serde<infer T> ? T : never;
