import type { Serde, ValueSchema } from '../../serde/serde.js';
import { schemaIncompatible, SchemaMismatchError } from '../../serde/schema-mismatch-error.js';
import { SerdeError } from '../../serde/serde-error.js';
import type { StoreDefinition } from '../store.js';
import { UnknownWriterError } from './writer-errors.js';

/*
 * A value in a store whose serde has a schema is Avro's single-object encoding, also where the serde is made of others:
 *
 *     | C3 01 | fingerprint of the writer's schema, 8 bytes | value |
 */

const MARKER = Buffer.of(0xc3, 0x01);

/** Bytes before a value. */
export const WRITER_BYTES = 10;
const FINGERPRINT_AT = MARKER.length;

/** The text of a schema by its fingerprint in hex; undefined: nobody knows it. */
export type FindWriter = (fingerprint: string) => string | undefined;

/** The schema of a store's values, where their serde has one. */
export function schemaOf(definition: StoreDefinition): ValueSchema<unknown> | undefined {
  return (definition.valueSerde as Serde<unknown>).schema; // the definition stands in a list of stores of any type
}

/** Whether each value of a store has its writer before it; buffers are in memory, and rewritten when they are restored. */
export function keepsWriters({ kind }: StoreDefinition): boolean {
  return kind !== 'changeBuffer' && kind !== 'recordBuffer';
}

/** The serde of a store's values as its rows hold them. */
export function storedValues(definition: StoreDefinition, findWriter: FindWriter): Serde<unknown> {
  const serde = definition.valueSerde as Serde<unknown>; // as above
  return serde.schema === undefined ? serde : new StoredValues(definition.name, serde, serde.schema, findWriter);
}

/** What stands before values of a schema. */
export function writerHeader(fingerprint: Buffer): Buffer {
  return Buffer.concat([MARKER, fingerprint]);
}

/** Values behind the fingerprint of their writer: written by the present schema, read by way of the one that wrote them. */
class StoredValues<V> implements Serde<V> {
  readonly name: string;
  readonly #store: string;
  readonly #serde: Serde<V>;
  readonly #schema: ValueSchema<V>;
  readonly #findWriter: FindWriter;
  readonly #writer: Pick<Serde<V>, 'serialize'>;
  readonly #low: number;
  readonly #high: number;
  readonly #readers = new Map<string, Pick<Serde<V>, 'deserialize'>>();

  constructor(store: string, serde: Serde<V>, schema: ValueSchema<V>, findWriter: FindWriter) {
    this.name = serde.name;
    this.#store = store;
    this.#serde = serde;
    this.#schema = schema;
    this.#findWriter = findWriter;
    this.#writer = schema.behind(writerHeader(schema.fingerprint));
    this.#low = schema.fingerprint.readInt32LE(0);
    this.#high = schema.fingerprint.readInt32LE(4);
  }

  serialize(value: V): Buffer {
    return this.#writer.serialize(value);
  }

  deserialize(bytes: Buffer, start: number, end: number): V {
    const at = start + WRITER_BYTES;
    if (at > end) throw SerdeError.ofBytes(this.name, bytes, start, end, 'it has no writer');
    const ours = bytes.readInt32LE(start + FINGERPRINT_AT) === this.#low && bytes.readInt32LE(at - 4) === this.#high;
    return ours ? this.#serde.deserialize(bytes, at, end) : this.#reader(bytes, start).deserialize(bytes, at, end);
  }

  #reader(bytes: Buffer, start: number): Pick<Serde<V>, 'deserialize'> {
    const fingerprint = bytes.toString('hex', start + FINGERPRINT_AT, start + WRITER_BYTES);
    let reader = this.#readers.get(fingerprint);
    if (reader !== undefined) return reader;
    reader = readerOf(this.#store, this.#schema, fingerprint, this.#findWriter(fingerprint));
    this.#readers.set(fingerprint, reader);
    return reader;
  }
}

/**
 * Reads what a schema wrote.
 * @throws MillraceError `STATE_SCHEMA_UNKNOWN`, `STATE_SCHEMA_INCOMPATIBLE`
 */
export function readerOf<V>(
  store: string,
  schema: ValueSchema<V>,
  fingerprint: string,
  writer: string | undefined,
): Pick<Serde<V>, 'deserialize'> {
  if (writer === undefined) throw new UnknownWriterError(store, fingerprint);
  try {
    return schema.readerOf(writer);
  } catch (error) {
    throw error instanceof SchemaMismatchError ? schemaIncompatible(store, error) : error;
  }
}
