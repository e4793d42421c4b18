import { describe, expect, it } from '@jest/globals';
import { Big } from 'big.js';
import { answerJson } from '../../../../src/query/answers/answer-json.js';
import { readAnswerType } from '../../../../src/query/answers/read-answer-type.js';
import { avro, type AvroSchema } from '../../../../src/serde/index.js';

/** The JSON of an answer with one field. */
function jsonOf(type: AvroSchema<unknown>, value: unknown): unknown {
  return (answerJson(readAnswerType('Answer', { field: type }), { field: value, more: 1 }) as { field: unknown }).field;
}

const Line = avro.record('Line', { sku: avro.string() });

describe('an answer', () => {
  it.each([
    ['text', avro.string(), 'a', 'a'],
    ['a boolean', avro.boolean(), false, false],
    ['an integer', avro.int(), -(2 ** 31), -(2 ** 31)],
    ['a long', avro.long(), 2 ** 40, 2 ** 40],
    ['a small bigint', avro.int64(), 7n, 7],
    ['a large bigint', avro.int64(), -(2n ** 63n), '-9223372036854775808'],
    ['a number', avro.double(), 0.1, 0.1],
    ['no number', avro.double(), Number.NaN, 'NaN'],
    ['a decimal, with its digits', avro.decimal(20, 2), new Big('7.5'), '7.50'],
    ['a decimal of text', avro.decimal(20, 2), '-7', '-7.00'],
    ['milliseconds', avro.timestampMillis(), 1, '1970-01-01T00:00:00.001Z'],
    ['microseconds', avro.timestampMicros(), 1_000_001n, '1970-01-01T00:00:01.000001Z'],
    ['microseconds before 1970', avro.timestampMicros(), -1n, '1969-12-31T23:59:59.999999Z'],
    ['bytes', avro.bytes(), Buffer.from('hi'), 'aGk='],
    ['a symbol', avro.enum('E', ['x', 'y']), 'y', 'y'],
    ['nothing', avro.optional(avro.long()), null, null],
    ['nothing at all', avro.optional(avro.long()), undefined, null],
    ['records, without what they do not declare', avro.array(Line), [{ sku: 's', no: 1 }], [{ sku: 's' }]],
    ['a map', avro.map(avro.decimal(4, 1)), { a: new Big(1) }, { a: '1.0' }],
  ])('may have %s', (_, type, value, json) => {
    expect(jsonOf(type, value)).toEqual(json);
  });

  it.each([
    [avro.string(), 1, '"field" of the answer is not a text: 1'],
    [avro.boolean(), 'yes', 'not true or false'],
    [avro.int(), 2 ** 31, 'not an integer of 32 bits: 2147483648'],
    [avro.int(), '1', 'not an integer of 32 bits'],
    [avro.long(), 1.5, 'not an integer: 1.5'],
    [avro.int64(), 2n ** 63n, 'not an integer'],
    [avro.double(), '1', 'not a number'],
    [avro.decimal(20, 2), new Big('0.001'), 'not a decimal with at most 2 digits behind the point'],
    [avro.decimal(20, 2), 'much', 'not a decimal'],
    [avro.timestampMillis(), 'today', 'not a time in millis since the epoch'],
    [avro.timestampMicros(), 5, 'not a time in micros since the epoch'],
    [avro.bytes(), 'text', 'not bytes'],
    [avro.enum('E', ['x', 'y']), 'z', 'not one of x, y'],
    [avro.array(Line), [{ sku: 's' }, {}], '"field[1].sku" of the answer is not a text: undefined'],
    [avro.map(Line), { a: null }, '"field.a" of the answer is not a Line: null'],
    [Line, [], '"field.sku" of the answer'],
  ])('is refused where it is of another shape: %#', (type, value, message) => {
    expect(() => jsonOf(type, value)).toThrow(message);
    expect(() => jsonOf(type, value)).toThrow(expect.objectContaining({ code: 'QUERY_ANSWER_MISFIT' }));
  });
});
