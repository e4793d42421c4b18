import { describe, expect, it } from '@jest/globals';
import { json } from '../../../src/serde/json.js';

interface Sale {
  readonly amount: number;
}

function parseSale(value: unknown): Sale {
  if (typeof value !== 'object' || value === null || !('amount' in value)) throw new TypeError('amount is missing');
  return { amount: Number(value.amount) };
}

const read = (text: string): Sale => json(parseSale).deserialize(Buffer.from(text), 0, Buffer.byteLength(text));

describe('json(parse)', () => {
  it('gives what parse gives', () => {
    expect(read('{"amount":"7"}')).toEqual({ amount: 7 });
  });

  it('says of a value that parse refuses why it did', () => {
    expect(() => read('{"sum":7}')).toThrow(expect.objectContaining({ code: 'SERDE_INVALID_BYTES', kind: 'data' }));
    expect(() => read('42')).toThrow('amount is missing');
  });

  it('does not check what is written', () => {
    expect(json(parseSale).serialize({ amount: 1 }).toString()).toBe('{"amount":1}');
  });
});
