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
}

/** The type that a serde carries. */
export type SerdeType<S> = S extends Serde<infer T> ? T : never;
