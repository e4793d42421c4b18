import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WireReader } from '../../../../src/broker/kafka/wire-reader.js';
import { WireWriter } from '../../../../src/broker/kafka/wire-writer.js';

describe('what is written', () => {
  it('is read again', () => {
    const fields = fc.record({
      int16: fc.integer({ min: -32768, max: 32767 }),
      int32: fc.integer(),
      int64: fc.maxSafeInteger(),
      id: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      uvarint: fc.nat(),
      text: fc.option(fc.string({ unit: 'binary' })),
      bytes: fc.uint8Array().map((array) => Buffer.from(array)),
      numbers: fc.array(fc.integer()),
      flag: fc.boolean(),
    });
    fc.assert(
      fc.property(fields, ({ int16, int32, int64, id, uvarint, text, bytes, numbers, flag }) => {
        const writer = new WireWriter(4).int16(int16).int32(int32).int64(int64).bigint64(id).uvarint(uvarint);
        writer.string(text).byteString(bytes).int32s(numbers).boolean(flag).endStruct();
        const reader = new WireReader(writer.finish());
        expect([reader.int16(), reader.int32(), reader.int64()]).toEqual([int16, int32, int64]);
        expect([reader.bigint64(), reader.uvarint()]).toEqual([id, uvarint]);
        expect([reader.nullableString(), reader.byteString()]).toEqual([text, bytes]);
        expect([reader.int32s(), reader.boolean()]).toEqual([numbers, flag]);
        reader.endStruct();
        expect(() => reader.int8()).toThrow('in the middle of a field');
      }),
    );
  });

  it('is laid out as Kafka does: varint lengths plus one, 0 for null', () => {
    const writer = new WireWriter()
      .string('ab')
      .string(null)
      .string('')
      .byteString(Buffer.from([7]));
    writer
      .array(null, () => undefined)
      .array([1], (item) => writer.int8(item))
      .uvarint(300);
    expect(writer.finish().toString('hex')).toBe('036162' + '00' + '01' + '0207' + '00' + '0201' + 'ac02');
  });

  it('may be followed by tagged fields that are not known', () => {
    const reader = new WireReader(Buffer.from('02' + '00' + '03' + 'aabbcc' + '8001' + '01' + 'dd' + '2a', 'hex'));
    reader.endStruct();
    expect(reader.int8()).toBe(42);
  });

  it('is refused if it claims more than there is', () => {
    expect(() => new WireReader(Buffer.from([0x7f, 1, 2])).string()).toThrow('ends at byte 3');
    expect(() => new WireReader(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f])).byteString()).toThrow('ends at byte 5');
  });
});
