import type { Type } from 'avsc';
import { messageOf } from '../../util/errors.js';
import { SchemaMismatchError } from '../schema-mismatch-error.js';
import { avroReader, type AvroReader } from './avro-bytes.js';
import type { AvroJson } from './avro-json.js';
import { avroMismatch } from './avro-mismatch.js';
import { avroShape, type AvroShape } from './avro-shape.js';
import { compileWriter } from './compile-avro.js';

/** A schema by which values were written, and the schemas that it refers to. */
export interface WrittenAvro {
  readonly schema: AvroJson;
  readonly references: readonly AvroJson[];
}

/**
 * Reads values that another schema wrote.
 * @param shape of the type, for what is told of a mismatch
 * @throws SchemaMismatchError
 */
export function resolvingReader<T>(type: Type, shape: () => AvroShape, written: WrittenAvro): AvroReader<T> {
  const writer = compileWriter(written.schema, written.references);
  try {
    return avroReader<T>(type, writer);
  } catch (error) {
    const otherwise = { path: '', was: 'of another schema', is: `of one that does not fit it: ${messageOf(error)}` };
    throw new SchemaMismatchError('avro', avroMismatch(shapeOf(written), shape()) ?? otherwise, error);
  }
}

/** What a schema looks like where it is compared. */
export function shapeOf({ schema, references }: WrittenAvro): AvroShape {
  const resolved = references.map((reference) => ({ name: '', schema: JSON.stringify(reference) }));
  return avroShape({ schema: JSON.stringify(schema), resolved });
}
