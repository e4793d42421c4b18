import type { Serde, ValueSchema } from '../../serde/serde.js';
import { EMPTY_BYTES } from '../../util/bytes.js';
import type { Headers } from '../../util/headers.js';
import { bufferTimeOf, bufferRowBytes, readBufferedChange } from '../changelog/buffer-format.js';
import type { StoreDefinition } from '../store.js';
import type { ChangelogRecords } from '../task-state.js';
import { keepsWriters, readerOf, schemaOf, writerHeader } from './stored-values.js';
import type { StoreWriters } from './store-writers.js';
import { UnknownWriterError } from './writer-errors.js';

/** Header of a changelog record that tells the writer of its value, by fingerprint (8 bytes). */
export const WRITER_HEADER = 'schema';

/** Turns the values of a changelog into those of a store's rows. */
export interface RestoredValues {
  /** Whether the schemas are known that records tell as their writers. */
  knowsWriters(records: ChangelogRecords): boolean;
  /** Records of the changelog with the values that the store holds; they throw UnknownWriterError where they are read. */
  recordsOf(records: ChangelogRecords): ChangelogRecords;
  /** Schemas, other than the present one, that were met since the last call: text by fingerprint. */
  takeMet(): ReadonlyMap<string, string>;
}

/** Undefined: the store's values are those of its changelog. */
export function restoredValues(
  definition: StoreDefinition,
  writers: StoreWriters | undefined,
): RestoredValues | undefined {
  const schema = schemaOf(definition);
  if (schema === undefined) return undefined;
  return keepsWriters(definition)
    ? new ValuesBehindWriters(definition, schema, writers)
    : new RewrittenChanges(definition, schema, writers);
}

/** The headers that tell a schema. */
export function writerHeaders({ fingerprint }: ValueSchema<unknown>): Headers {
  return Object.freeze([[WRITER_HEADER, fingerprint]]);
}

abstract class ValuesOfWriters implements RestoredValues {
  readonly #met = new Map<string, string>();

  constructor(
    protected readonly definition: StoreDefinition,
    protected readonly schema: ValueSchema<unknown>,
    private readonly writers: StoreWriters | undefined,
  ) {}

  /** A value of the changelog, as the store holds it. */
  abstract rowOf(value: Buffer, headers: Headers): Buffer;

  knowsWriters(records: ChangelogRecords): boolean {
    for (let i = 0; i < records.length; i++) {
      const writer = this.writerOf(records.headers(i));
      if (!writer.equals(this.schema.fingerprint) && this.writers?.find(writer.toString('hex')) === undefined)
        return false;
    }
    return true;
  }

  recordsOf(records: ChangelogRecords): ChangelogRecords {
    return new RecordsOfRows(records, this);
  }

  takeMet(): ReadonlyMap<string, string> {
    const met = new Map(this.#met);
    this.#met.clear();
    return met;
  }

  /** The writer of a record; the present schema where nothing else is known. */
  protected writerOf(headers: Headers): Buffer {
    const { fingerprint } = this.schema;
    if (this.writers === undefined) return fingerprint;
    const told = headers.findLast(([name]) => name === WRITER_HEADER)?.[1];
    if (told != null) return told;
    return this.writers.first === undefined ? fingerprint : Buffer.from(this.writers.first, 'hex');
  }

  /** The text of another schema. */
  protected meet(fingerprint: string): string {
    const text = this.writers?.find(fingerprint);
    if (text === undefined) throw new UnknownWriterError(this.definition.name, fingerprint);
    this.#met.set(fingerprint, text);
    return text;
  }
}

class ValuesBehindWriters extends ValuesOfWriters {
  /** Of the last record; most have the same. */
  #writer = this.schema.fingerprint;
  #header = writerHeader(this.#writer);

  rowOf(value: Buffer, headers: Headers): Buffer {
    const writer = this.writerOf(headers);
    if (!writer.equals(this.#writer)) this.#turnTo(writer);
    return Buffer.concat([this.#header, value]);
  }

  #turnTo(writer: Buffer): void {
    if (!writer.equals(this.schema.fingerprint)) this.meet(writer.toString('hex'));
    this.#writer = Buffer.from(writer);
    this.#header = writerHeader(writer);
  }
}

/** The rows of a buffer, which is always in memory: the values in them are written anew by the present schema. */
class RewrittenChanges extends ValuesOfWriters {
  readonly #readers = new Map<string, Pick<Serde<unknown>, 'deserialize'>>();

  rowOf(row: Buffer, headers: Headers): Buffer {
    const writer = this.writerOf(headers);
    if (writer.equals(this.schema.fingerprint)) return row;
    const reader = this.#reader(writer.toString('hex'));
    const serde = this.definition.valueSerde as Serde<unknown>; // the definition stands in a list of stores of any type
    const rewritten = (value: Buffer | null): Buffer | null =>
      value === null ? null : serde.serialize(reader.deserialize(value, 0, value.length));
    const { context, priorValue, oldValue, newValue } = readBufferedChange(row);
    const change = { context, priorValue: rewritten(priorValue), oldValue: rewritten(oldValue), newValue: rewritten(newValue) }; // prettier-ignore
    return bufferRowBytes(change, bufferTimeOf(row));
  }

  #reader(fingerprint: string): Pick<Serde<unknown>, 'deserialize'> {
    let reader = this.#readers.get(fingerprint);
    if (reader === undefined) {
      reader = readerOf(this.definition.name, this.schema, fingerprint, this.meet(fingerprint));
      this.#readers.set(fingerprint, reader);
    }
    return reader;
  }
}

/** Records whose values are those of rows. One is looked at after the other, so that each value is made once. */
class RecordsOfRows implements ChangelogRecords {
  readonly length: number;
  #index = -1;
  /** Key and value of the record that is looked at. */
  #bytes: Buffer = EMPTY_BYTES;
  #keyLength = 0;

  constructor(
    private readonly records: ChangelogRecords,
    private readonly values: Pick<ValuesOfWriters, 'rowOf'>,
  ) {
    this.length = records.length;
  }

  offset(index: number): number {
    return this.records.offset(index);
  }

  timestamp(index: number): number {
    return this.records.timestamp(index);
  }

  headers(index: number): Headers {
    return this.records.headers(index);
  }

  buffer(index: number): Buffer {
    return this.#at(index).#bytes;
  }

  keyStart(index: number): number {
    return this.records.keyStart(index) < 0 ? -1 : 0;
  }

  keyEnd(index: number): number {
    return this.#at(index).#keyLength;
  }

  valueStart(index: number): number {
    return this.records.valueStart(index) < 0 ? -1 : this.#at(index).#keyLength;
  }

  valueEnd(index: number): number {
    return this.#at(index).#bytes.length;
  }

  #at(index: number): this {
    if (index === this.#index) return this;
    const { records } = this;
    const bytes = records.buffer(index);
    const key = bytes.subarray(records.keyStart(index), records.keyEnd(index));
    const valueStart = records.valueStart(index);
    const value = valueStart < 0 ? EMPTY_BYTES : this.values.rowOf(bytes.subarray(valueStart, records.valueEnd(index)), records.headers(index)); // prettier-ignore
    this.#bytes = Buffer.concat([key, value]);
    this.#keyLength = key.length;
    this.#index = index;
    return this;
  }
}
