import { invalid } from '../../util/errors.js';

/** Kafka's default of the longest metadata of a committed offset (`offset.metadata.max.bytes`) is 4,096. */
const MOST_CHARACTERS = 4_000;

interface Range {
  readonly from: number;
  /** Exclusive. */
  to: number;
}

/**
 * Which records of a partition were redriven, as a group commits it: the offset up to which all were, and in its metadata
 * ranges beyond, as pairs of numbers in base 36: how many offsets are left out, how many are in the range.
 */
export class RedrivenOffsets {
  readonly #ranges: Range[];

  /** @param committed undefined: nothing was redriven yet */
  constructor(committed: { readonly offset: number; readonly metadata: string } | undefined) {
    let end = committed?.offset ?? 0;
    this.#ranges = [{ from: 0, to: end }];
    for (const pair of (committed?.metadata ?? '').split(',').filter(Boolean)) {
      const [left = NaN, taken = NaN] = pair.split('.').map((digits) => parseInt(digits, 36));
      if (Number.isNaN(left + taken)) break;
      this.#ranges.push({ from: end + left, to: end + left + taken });
      end += left + taken;
    }
  }

  has(offset: number): boolean {
    return this.#ranges.some(({ from, to }) => offset >= from && offset < to);
  }

  /** Takes note of a record; `from` is the offset after the record before it: between them is nothing. */
  add(from: number, offset: number): void {
    const at = this.#ranges.findLastIndex((range) => range.from <= from);
    const before = this.#ranges[at];
    if (before && before.to >= from) before.to = Math.max(before.to, offset + 1);
    else this.#ranges.splice(at + 1, 0, { from, to: offset + 1 });
    this.#mergeAt(before && before.to > offset ? at : at + 1);
  }

  /** What a group commits. @throws MillraceError `REDRIVE_TOO_SCATTERED` */
  encode(): { readonly offset: number; readonly metadata: string } {
    const [first, ...rest] = this.#ranges;
    let end = first?.to ?? 0;
    const metadata = rest
      .map(({ from, to }) => {
        const pair = `${(from - end).toString(36)}.${(to - from).toString(36)}`;
        end = to;
        return pair;
      })
      .join(',');
    if (metadata.length <= MOST_CHARACTERS) return { offset: first?.to ?? 0, metadata };
    throw invalid(
      'REDRIVE_TOO_SCATTERED',
      'records in too many places of the topic would be redriven, and others left',
      {
        hint: 'Redrive with a wider --where, or without; or purge what is no longer wanted first.',
      },
    );
  }

  #mergeAt(index: number): void {
    const range = this.#ranges[index];
    for (let next = this.#ranges[index + 1]; range && next && next.from <= range.to; next = this.#ranges[index + 1]) {
      range.to = Math.max(range.to, next.to);
      this.#ranges.splice(index + 1, 1);
    }
  }
}
