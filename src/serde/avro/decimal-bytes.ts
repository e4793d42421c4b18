import Big from 'big.js';

/*
 * A decimal in Avro: the digits without the point as an integer in two's complement, big-endian.
 */

const MOST_BYTES_OF_NUMBER = 6;
const MOST_DIGITS_OF_NUMBER = 14;
const LONG_BYTES = 8;

/** The digits of a decimal with `scale` of them behind the point; undefined when it has more behind it. */
export function unscaledOf(value: Big, scale: number): string | undefined {
  const { c: digits, e: exponent, s: sign } = value;
  const zeros = exponent + 1 + scale - digits.length;
  if (zeros < 0) return digits.length === 1 && digits[0] === 0 ? '0' : undefined;
  return `${sign < 0 ? '-' : ''}${digits.join('')}${'0'.repeat(zeros)}`;
}

/** The decimal of an integer's digits. */
export function decimalOf(unscaled: string, scale: number): Big {
  if (scale === 0) return new Big(unscaled);
  const negative = unscaled.startsWith('-');
  const digits = (negative ? unscaled.slice(1) : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return new Big(`${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`);
}

/** The fewest bytes that hold an integer, or exactly `size`; undefined when it does not fit. */
export function integerBytes(digits: string, size?: number): Buffer | undefined {
  const bytes = digits.length <= MOST_DIGITS_OF_NUMBER ? numberBytes(Number(digits)) : bigintBytes(BigInt(digits));
  if (size === undefined || bytes.length === size) return bytes;
  if (bytes.length > size) return undefined;
  const sign = (bytes[0] ?? 0) & 0x80 ? 0xff : 0;
  return Buffer.concat([Buffer.alloc(size - bytes.length, sign), bytes]);
}

/** The digits of an integer. */
export function integerOf(bytes: Buffer): string {
  const { length } = bytes;
  if (length === 0) return '0';
  if (length <= MOST_BYTES_OF_NUMBER) return String(bytes.readIntBE(0, length));
  if (length === LONG_BYTES) return String(bytes.readBigInt64BE(0));
  return String(BigInt.asIntN(length * 8, BigInt(`0x${bytes.toString('hex')}`)));
}

function numberBytes(value: number): Buffer {
  let length = 1;
  while (value < -(2 ** (length * 8 - 1)) || value >= 2 ** (length * 8 - 1)) length++;
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeIntBE(value, 0, length);
  return bytes;
}

function bigintBytes(value: bigint): Buffer {
  let length = LONG_BYTES;
  while (BigInt.asIntN(length * 8, value) !== value) length++;
  const hex = BigInt.asUintN(length * 8, value).toString(16);
  const bytes = Buffer.from(hex.padStart(length * 2, '0'), 'hex');
  let skip = 0;
  while (skip < length - 1 && isSignOnly(bytes, skip)) skip++;
  return bytes.subarray(skip);
}

/** Whether a byte only repeats the sign of the next. */
function isSignOnly(bytes: Buffer, at: number): boolean {
  const sign = (bytes[at + 1] ?? 0) & 0x80 ? 0xff : 0;
  return bytes[at] === sign;
}
