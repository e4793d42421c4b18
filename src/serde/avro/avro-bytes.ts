import type { Type } from 'avsc';
import { messageOf } from '../../util/errors.js';
import { SerdeError } from '../serde-error.js';

const FIRST_SIZE = 1_024;

/** Reads a value from `start` up to, not including, `end`. @throws SerdeError `SERDE_INVALID_BYTES` */
export type AvroReader<T> = (bytes: Buffer, start: number, end: number) => T;

/**
 * Writes values of a type behind a header. The bytes are made in a buffer that is kept, so that only the result is new.
 * @throws SerdeError (the function that it gives) `SERDE_INVALID_VALUE`, with the path of the field that is wrong
 */
export function avroWriter<T>(type: Type, header: Buffer): (value: T) => Buffer {
  let scratch = withHeader(header, FIRST_SIZE);
  const write = (value: T): number => {
    try {
      return type.encode(value, scratch, header.length);
    } catch (error) {
      throw SerdeError.ofValue('avro', value, wrongPart(type, value) ?? messageOf(error));
    }
  };
  return (value) => {
    let end = write(value);
    if (end < 0) {
      scratch = withHeader(header, 2 * (scratch.length - end));
      end = write(value);
    }
    const bytes = Buffer.allocUnsafe(end);
    scratch.copy(bytes, 0, 0, end);
    return bytes;
  };
}

/**
 * Reads values of a type that were written by `writer`, or by the type itself.
 * @throws TypeError what makes it impossible
 */
export function avroReader<T>(type: Type, writer?: Type): AvroReader<T> {
  const resolver = writer && type.createResolver(writer);
  return (bytes, start, end) => {
    let read: { readonly value: T; readonly offset: number };
    try {
      read = type.decode(bytes, start, resolver); // the type of the schema's values
    } catch (error) {
      throw SerdeError.ofBytes('avro', bytes, start, end, messageOf(error), error);
    }
    if (read.offset === end) return read.value;
    throw SerdeError.ofBytes('avro', bytes, start, end, 'it does not end where its schema says');
  };
}

function withHeader(header: Buffer, size: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(size);
  header.copy(buffer);
  return buffer;
}

/** Which part of a value is not of its type. */
function wrongPart(type: Type, value: unknown): string | undefined {
  let found: string | undefined;
  const errorHook = (path: string[], _part: unknown, expected: Type): void => {
    found ??= `${path.length === 0 ? 'it' : `its field "${path.join('.')}"`} is not ${typeText(expected)}`;
  };
  type.isValid(value, { errorHook });
  return found;
}

function typeText({ name, typeName }: Type): string {
  const [kind, logical] = typeName.split(':');
  if (kind === 'union' || logical === 'undefined') return 'a union';
  return `of type ${name ?? (kind === 'logical' ? logical : undefined) ?? typeName}`;
}
