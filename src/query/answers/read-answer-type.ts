import { avroShape, type AvroShape } from '../../serde/avro/avro-shape.js';
import type { AvroFields } from '../../serde/avro/complex-schemas.js';
import { record } from '../../serde/avro/complex-schemas.js';
import { invalid, type MillraceError } from '../../util/errors.js';
import type { AnswerType, ObjectType, PlainType } from './answer-type.js';

/**
 * The shape that a query declares with the schemas of `avro`.
 * @param name of the answer as a whole
 * @throws MillraceError `QUERY_SHAPE_INVALID` for what protobuf has no field for
 */
export function readAnswerType(name: string, fields: AvroFields): ObjectType {
  const schema = JSON.stringify(record(name, fields));
  return new AnswerTypeReader(name).object(avroShape({ schema, resolved: [] }));
}

const PLAIN: Readonly<Record<string, PlainType['kind']>> = {
  string: 'string',
  boolean: 'bool',
  int: 'int32',
  long: 'int64',
  float: 'float',
  double: 'double',
  bytes: 'bytes',
  fixed: 'bytes',
};

class AnswerTypeReader {
  readonly #objects = new Map<AvroShape, ObjectType>();

  constructor(private readonly answer: string) {}

  object(shape: AvroShape): ObjectType {
    const known = this.#objects.get(shape);
    if (known) return known;
    const fields: ObjectType['fields'][number][] = [];
    const object: ObjectType = { kind: 'object', name: shape.name ?? '', doc: shape.doc, fields };
    this.#objects.set(shape, object); // before its fields, which may be of it
    for (const { name, type, doc } of shape.fields) fields.push({ name, doc, type: this.#field(name, type) });
    return object;
  }

  /** Any of an object's fields. */
  #field(name: string, shape: AvroShape): AnswerType {
    if (shape.kind !== 'union') return this.#part(name, shape);
    const [first, second, ...more] = shape.branches;
    if (first?.kind !== 'null' || second === undefined || more.length > 0) {
      throw this.#unfit(name, 'of several types', 'Give each a field of its own, optional.');
    }
    return { kind: 'optional', of: this.#single(name, second) };
  }

  #part(name: string, shape: AvroShape): AnswerType {
    const { kind, inner } = shape;
    if (inner === undefined) return this.#single(name, shape);
    const items = this.#single(name, inner);
    return kind === 'array' ? { kind: 'list', items } : { kind: 'map', values: items };
  }

  /** What may stand in a list, in a map, or be absent: protobuf has no lists of lists, and none with gaps. */
  #single(name: string, shape: AvroShape): AnswerType {
    const { kind, logical, symbols } = shape;
    if (kind === 'record') return this.object(shape);
    if (kind === 'enum') return { kind: 'symbol', symbols };
    switch (logical?.logicalType) {
      case 'decimal':
        return { kind: 'decimal', scale: Number(logical.scale ?? 0) };
      case 'timestamp-millis':
        return { kind: 'timestamp', unit: 'millis' };
      case 'timestamp-micros':
        return { kind: 'timestamp', unit: 'micros' };
      case 'date':
        return { kind: 'string' };
    }
    const plain = PLAIN[kind];
    if (plain !== undefined) return { kind: plain };
    throw this.#unfit(name, `a list, a map or null within another: ${shape.label}`, 'Put a record in between.');
  }

  #unfit(field: string, what: string, hint: string): MillraceError {
    const message = `field "${field}" of ${this.answer} is ${what}, for which protobuf has no field`;
    return invalid('QUERY_SHAPE_INVALID', message, { hint });
  }
}
