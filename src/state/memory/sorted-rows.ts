/** Rows per block: a copy of one block, made when a snapshot is alive, costs well under a microsecond per write. */
const BLOCK_ROWS = 256;

interface Block {
  readonly rows: SortedRow[];
  /** The snapshot count at which this block was made; an older one may be shared and is copied before a change. */
  readonly era: number;
}

/** A row under the key it is sorted by, one character per byte. */
export interface SortedRow {
  readonly sortKey: string;
  /** Key and value, likewise. */
  readonly mapKey: string;
  readonly value: string;
}

/** Rows in the order of their bytes, with snapshots that cost one copy of the list of blocks. */
export class SortedRows {
  private blocks: Block[] = [];
  private era = 0;

  /** @param rows of one key each */
  constructor(rows: SortedRow[]) {
    rows.sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
    for (let at = 0; at < rows.length; at += BLOCK_ROWS) {
      this.blocks.push({ rows: rows.slice(at, at + BLOCK_ROWS), era: 0 });
    }
  }

  set(row: SortedRow): void {
    if (this.blocks.length === 0) this.blocks.push({ rows: [], era: this.era });
    const index = Math.max(0, blockOf(this.blocks, row.sortKey));
    const { rows } = this.own(index);
    const at = lowerBound(rows, row.sortKey);
    if (rows[at]?.sortKey === row.sortKey) {
      rows[at] = row;
      return;
    }
    rows.splice(at, 0, row);
    if (rows.length > BLOCK_ROWS) {
      this.blocks.splice(index + 1, 0, { rows: rows.splice(BLOCK_ROWS / 2), era: this.era });
    }
  }

  delete(sortKey: string): void {
    const index = blockOf(this.blocks, sortKey);
    if (index < 0) return;
    const { rows } = this.own(index);
    const at = lowerBound(rows, sortKey);
    if (rows[at]?.sortKey !== sortKey) return;
    rows.splice(at, 1);
    if (rows.length === 0) this.blocks.splice(index, 1);
  }

  /** The rows as they are now, whatever is written later. */
  snapshot(): SortedSnapshot {
    this.era++;
    return new SortedSnapshot([...this.blocks]);
  }

  private own(index: number): Block {
    const block = this.blocks[index] as Block; // the caller found the index
    if (block.era === this.era) return block;
    const copy = { rows: [...block.rows], era: this.era };
    this.blocks[index] = copy;
    return copy;
  }
}

/** One moment of {@link SortedRows}. */
export class SortedSnapshot {
  constructor(private readonly blocks: readonly Block[]) {}

  /** Rows whose sort key lies in [from, to), in order; `to` undefined is open. */
  *range(from: string, to: string | undefined, reverse: boolean): Generator<SortedRow, void> {
    if (reverse) yield* this.backward(from, to);
    else yield* this.forward(from, to);
  }

  private *forward(from: string, to: string | undefined): Generator<SortedRow, void> {
    for (const { rows } of this.blocks.slice(Math.max(0, blockOf(this.blocks, from)))) {
      for (let at = lowerBound(rows, from); at < rows.length; at++) {
        const row = rows[at] as SortedRow; // within bounds
        if (to !== undefined && row.sortKey >= to) return;
        yield row;
      }
    }
  }

  private *backward(from: string, to: string | undefined): Generator<SortedRow, void> {
    const last = to === undefined ? this.blocks.length - 1 : blockOf(this.blocks, to);
    for (let index = last; index >= 0; index--) {
      const { rows } = this.blocks[index] as Block; // within bounds
      for (let at = to === undefined ? rows.length - 1 : lowerBound(rows, to) - 1; at >= 0; at--) {
        const row = rows[at] as SortedRow; // within bounds
        if (row.sortKey < from) return;
        yield row;
      }
    }
  }
}

/** Index of the last block whose first key is at or below `key`; -1 if there is none. */
function blockOf(blocks: readonly Block[], key: string): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((blocks[middle]?.rows[0]?.sortKey ?? '') <= key) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Index of the first row at or above `key`. */
function lowerBound(rows: readonly SortedRow[], key: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle] as SortedRow; // within bounds
    if (row.sortKey < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
