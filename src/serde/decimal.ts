import Big from 'big.js';
import type { Serde } from './serde.js';
import { SerdeError } from './serde-error.js';

const TEXT = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;

/** How decimals are written. */
export interface DecimalOptions {
  /**
   * Digits behind the point, no more and no less; a value with more throws, it is never rounded. Default: as many as the
   * value has.
   */
  readonly scale?: number;
}

/**
 * Exact decimals of any size as text, such as `-1234.50`: their values are those of big.js, so no amount passes through a
 * floating-point number.
 *
 *     .aggregate(() => new Big(0), (sum, sale) => sum.plus(sale.amount), { store: 'totals', value: decimal({ scale: 2 }) })
 */
export function decimal({ scale }: DecimalOptions = {}): Serde<Big> {
  const refuse = (value: unknown, why: string): never => {
    throw SerdeError.ofValue('decimal', value, why);
  };
  return Object.freeze({
    name: 'decimal',
    serialize(value: Big) {
      if (!isDecimal(value)) return refuse(value, 'it is not a Big of big.js');
      const digits = decimalsOf(value);
      if (scale !== undefined && digits > scale)
        return refuse(value, `it has more than ${scale} digits behind the point`);
      return Buffer.from(value.toFixed(scale ?? digits), 'latin1');
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      const text = bytes.latin1Slice(start, end);
      if (TEXT.test(text)) return new Big(text);
      throw SerdeError.ofBytes('decimal', bytes, start, end, 'they are not the text of a decimal');
    },
  });
}

/** Whether a value is a decimal of big.js, also of another copy of it. */
export function isDecimal(value: unknown): value is Big {
  if (value instanceof Big) return true;
  if (typeof value !== 'object' || value === null || !('c' in value && 'e' in value && 's' in value)) return false;
  return Array.isArray(value.c) && typeof value.e === 'number' && typeof value.s === 'number';
}

/** Digits behind the point. */
function decimalsOf({ c: digits, e: exponent }: Big): number {
  return Math.max(0, digits.length - 1 - exponent);
}
