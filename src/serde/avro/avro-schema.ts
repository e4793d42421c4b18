import { AvroNames, type AvroJson } from './avro-json.js';

/**
 * An Avro schema together with the type of its values. Made by `avro.record(…)` and its like, which infer the type, or by
 * `avro.schema<T>(…)` and `avro.file<T>(…)`, which take the caller's word for it.
 */
export class AvroSchema<T> {
  /** The type of its values; there is nothing there at run time. */
  declare readonly valueType: T;

  constructor(
    /** Name of a record, enum or fixed, as given: with a namespace, or of that which it stands in. */
    readonly name: string | undefined,
    /** Its JSON inside others: what is named already is only referred to. */
    readonly within: (names: AvroNames) => AvroJson,
    /** Schemas of their own that it refers to by name. */
    readonly references: readonly AvroSchema<unknown>[] = [],
  ) {}

  /** Its JSON, as an .avsc file has it. */
  toJSON(): AvroJson {
    return this.within(new AvroNames());
  }
}

/** The type of a schema's values. */
export type AvroValue<S> = S extends AvroSchema<infer T> ? T : never;
