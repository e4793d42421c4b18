import { TopologyError } from '../../topology/topology-error.js';

/** Windows of as many records of a key each, by arrival: time has no say in them, and no record is late. */
export interface CountWindows {
  readonly kind: 'count';
  /** Records of a window. */
  readonly size: number;
  /** A window begins with every so many records of its key. */
  readonly advance: number;
}

/**
 * Windows of `size` records of each key: `countWindows(100)`. They follow each other or, with `advance`, begin with every
 * so many records and overlap: `countWindows(100, { advance: 10 })`; with 1 they slide from record to record.
 *
 * Flink's `countWindow(size)` and `countWindow(size, slide)`, but that a window holds the records from where it begins,
 * not the last ones before a point (so none is partly filled when it closes); quixstreams' `tumbling_count_window`,
 * `hopping_count_window` (`step`) and `sliding_count_window`. Kafka Streams has none.
 * @throws TopologyError `INVALID_WINDOW`
 */
export function countWindows(size: number, { advance = size }: { readonly advance?: number } = {}): CountWindows {
  if (!Number.isSafeInteger(size) || size < 1) throw invalid(`A count window of ${size} records`, '1 or more');
  if (!Number.isSafeInteger(advance) || advance < 1 || advance > size) {
    throw invalid(`A count window that begins with every ${advance} records`, `1 to ${size}, the size of the window`);
  }
  return Object.freeze({ kind: 'count', size, advance });
}

/** Of a key that has had so many records: the number of the first window that is not full yet. */
export function firstOpenWindow({ size, advance }: CountWindows, records: number): number {
  return records < size ? 0 : Math.floor((records - size) / advance) + 1;
}

function invalid(what: string, allowed: string): TopologyError {
  return new TopologyError('INVALID_WINDOW', `${what} cannot be`, { hint: `Give a whole number, ${allowed}.` });
}
