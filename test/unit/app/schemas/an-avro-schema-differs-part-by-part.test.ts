import { describe, expect, it } from '@jest/globals';
import { avroDifferences } from '../../../../src/app/schemas/avro-differences.js';
import { avroShape } from '../../../../src/serde/avro/avro-shape.js';

const record = (...fields: object[]): object => ({ type: 'record', name: 'Sale', namespace: 'shop', fields });
const field = (name: string, type: unknown, more: object = {}): object => ({ name, type, ...more });
const shape = (schema: unknown, references: object[] = []): ReturnType<typeof avroShape> =>
  avroShape({
    schema: JSON.stringify(schema),
    resolved: references.map((each) => ({ name: '', schema: JSON.stringify(each) })),
  });

function differences(from: unknown, to: unknown, references: object[] = []): string[] {
  return avroDifferences(shape(from, references), shape(to, references)).map(
    ({ path, change, ...sides }) => `${path}: ${change}: ${String(sides.from)} -> ${String(sides.to)}`,
  );
}

const note = field('note', 'string');
const money = { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 };
const colours = (...symbols: string[]): object => ({ type: 'enum', name: 'Colour', symbols });
const node = (...fields: object[]): object => ({ type: 'record', name: 'Node', fields: [...fields, field('next', ['null', 'Node'])] }); // prettier-ignore

describe('the differences of Avro schemas', () => {
  it.each<[string, unknown, unknown, string[]]>([
    ['nothing', record(note), record(note), []],
    ['nothing: a full name in place of a namespace', record(note), { ...record(note), name: 'shop.Sale', namespace: undefined }, []],
    ['nothing: the order of branches', ['null', 'int'], ['int', 'null'], []],
    ['a field more', record(), record(field('n', 'int', { default: 0 })), ['n: field added: null -> int = 0']],
    ['a field less', record(note), record(), ['note: field removed: string -> null']],
    ['a type', record(field('n', 'int')), record(field('n', 'long')), ['n: type changed: int -> long']],
    ['a logical type', 'bytes', money, [': type changed: bytes -> bytes (decimal, precision 12, scale 2)']],
    ['a default', record(field('n', 'int', { default: 0 })), record(field('n', 'int', { default: 1 })), ['n: default changed: 0 -> 1']],
    ['a default less', record(field('n', 'int', { default: 0 })), record(field('n', 'int')), ['n: default removed: 0 -> null']],
    ['a field of another name', record(note), record(field('text', 'string', { aliases: ['note'] })), [
      'text: field renamed: note -> text',
      'text: alias added: null -> note',
    ]],
    ['a record of another name', record(), { ...record(), name: 'Sold', aliases: ['Sale'] }, [
      ': name changed: record shop.Sale -> record shop.Sold',
      ': alias added: null -> shop.Sale',
    ]],
    ['symbols', colours('red', 'green'), colours('red', 'blue'), [': symbol added: null -> blue', ': symbol removed: green -> null']],
    ['branches', ['null', 'int'], ['null', 'string'], [': branch added: null -> string', ': branch removed: int -> null']],
    ['no union any more', ['null', 'int'], 'int', [': type changed: [null, int] -> int']],
    ['deep inside', record(field('of', { type: 'array', items: ['null', node()] })), record(field('of', { type: 'array', items: ['null', node(note)] })), [
      'of[].note: field added: null -> string',
    ]],
  ])('tell of %s', (_, from, to, expected) => {
    expect(differences(from, to)).toEqual(expected);
  }); // prettier-ignore

  it('follow references by name', () => {
    const before = record(field('colour', 'string'));
    const after = record(field('colour', 'shop.Colour'));
    const colour = { ...colours('red'), namespace: 'shop' };
    expect(differences(before, after, [colour])).toEqual(['colour: type changed: string -> enum shop.Colour']);
  });
});
