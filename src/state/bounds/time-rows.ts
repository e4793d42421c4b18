import { NO_END, writeLong } from '../../serde/primitives.js';
import type { RowLayout, RowRange } from '../base.js';

/** Bytes of a time that a row stands by. */
export const TIME_BYTES = 8;

/** Where the rows of a time begin. */
export function timePrefix(timeMs: number): Buffer {
  const prefix = Buffer.allocUnsafe(TIME_BYTES);
  writeLong('row time', prefix, timeMs, 0);
  return prefix;
}

/** Rows stand by a time of theirs first, then by their keys. */
export function byTime(timeOf: (row: Buffer) => number): RowLayout {
  return {
    prefixLength: TIME_BYTES,
    writePrefix: (row, at) => {
      writeLong('row time', row, timeOf(row), at);
    },
  };
}

/** The rows of the times [fromMs, toMs], behind what stands before the times. */
export function timeRange(prefix: Buffer, fromMs: number, toMs: number, reverse: boolean): RowRange {
  const from = timePrefix(Math.max(0, fromMs));
  const before = toMs + 1 > Number.MAX_SAFE_INTEGER ? timePrefix(NO_END) : timePrefix(Math.max(0, toMs + 1));
  return { prefix, from, before, reverse };
}

/** The order of rows that stand by a time, then by their keys. */
export function orderByTime(timeOf: (key: Buffer) => number): (left: Buffer, right: Buffer) => number {
  return (left, right) => timeOf(left) - timeOf(right) || left.compare(right);
}
