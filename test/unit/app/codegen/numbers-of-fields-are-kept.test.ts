import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { protoText, serviceOf } from '../../../../src/app/codegen/service-files.js';
import { defineQuery } from '../../../../src/app/define-query.js';
import { defineTopology } from '../../../../src/app/define-topology.js';
import { readProto } from '../../../../src/query/proto-file/read-proto.js';
import { avro, type AvroFields } from '../../../../src/serde/index.js';

/** The .proto of a service with one query that returns those fields, written over an earlier one. */
function generated(returns: AvroFields, earlier?: string): string {
  const query = defineQuery({ name: 'q', path: '/q', returns, answer: () => undefined });
  const topology = defineTopology({ name: 't', queries: [query], build: () => undefined });
  return protoText(serviceOf(topology, 'shop.v1.ShopService'), 't', earlier);
}

const fieldsOf = (names: readonly string[]): AvroFields =>
  Object.fromEntries(names.map((name) => [name, avro.string()]));
const responseOf = (proto: string) => readProto(proto, 'test').messages.find(({ name }) => name === 'GetQResponse')!;

describe('the number of a field', () => {
  it('stays whatever comes before it', () => {
    const first = generated(fieldsOf(['a', 'b']));
    expect(generated(fieldsOf(['new', 'b', 'a']), first)).toContain(
      'message GetQResponse {\n  string new = 3;\n  string b = 2;\n  string a = 1;\n}',
    );
  });

  it('is reserved with its name when the field is gone', () => {
    const later = generated(fieldsOf(['b']), generated(fieldsOf(['a', 'b'])));
    expect(later).toContain('message GetQResponse {\n  reserved 1;\n  reserved "a";\n  string b = 2;\n}');
  });

  it('never means two things, whatever the edits', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 8 }), (edits) => {
        const meanings = new Map<number, string>();
        let proto: string | undefined;
        for (const edit of edits) {
          const before: string | undefined = proto;
          proto = generated(fieldsOf(edit), before);
          for (const { number, name } of responseOf(proto).fields) {
            expect(meanings.get(number) ?? name).toBe(name);
            meanings.set(number, name);
          }
          expect(responseOf(proto).fields.map(({ name }) => name)).toEqual(edit);
          expect(generated(fieldsOf(edit), proto)).toBe(proto);
        }
      }),
    );
  });

  it('is refused for another type: readers of the old one would read rubbish', () => {
    const earlier = generated({ a: avro.long() });
    expect(() => generated({ a: avro.string() }, earlier)).toThrow(
      'field "a" of message GetQResponse was int64, and is string now',
    );
    expect(() => generated({ a: avro.array(avro.long()) }, earlier)).toThrow('is repeated int64 now');
    expect(generated({ a: avro.optional(avro.long()) }, earlier)).toContain('optional int64 a = 1;');
  });

  it('is never one of those that protobuf keeps for itself', () => {
    const earlier = generated(fieldsOf(['a'])).replace('string a = 1;', 'string a = 18999;');
    expect(generated(fieldsOf(['a', 'b']), earlier)).toContain('string b = 20000;');
  });

  it.each([
    ['message GetQResponse {\n  strange thing\n}', '"strange thing" in message GetQResponse is no field'],
    ['', 'no package with a service'],
  ])('is not guessed from what is no such file', (text, message) => {
    const head = text === '' ? '' : 'package shop.v1;\nservice ShopService {}\n';
    expect(() => generated(fieldsOf(['a']), head + text)).toThrow(message);
  });
});
