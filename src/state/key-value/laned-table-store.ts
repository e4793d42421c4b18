import { boundsOf, type RowLayout, type RowRange } from '../base.js';
import { scanTable, type MergedScan, type RowReader } from '../scan.js';
import type { KeyValueStoreDefinition, LanedKeyValueStore } from '../store.js';
import type { Table } from '../table.js';
import type { ValueCodec } from '../value-codec.js';
import { TableKeyValueStore } from './key-value-store.js';

/*
 * Rows of a store whose keys have a byte, 0 or 1, that is their lane: `| lane | key |`. So each lane can be read for itself.
 */

const NO_PREFIX = Buffer.alloc(0);

/** The rows of a store whose keys have their lane at this place. */
export function lanedRows(laneAt: number): RowLayout {
  return {
    prefixLength: 1,
    writePrefix(row, at) {
      row[at] = row[at + 1 + laneAt] as number; // every key has its lane
    },
  };
}

interface FoundRow<K, V> {
  readonly key: Buffer;
  readonly entry: readonly [K, V];
}

/** A key-value store of two lanes. */
export class LanedTableStore<K, V> extends TableKeyValueStore<K, V> implements LanedKeyValueStore<K, V> {
  constructor(
    definition: KeyValueStoreDefinition,
    private readonly laneAt: number,
    table: Table,
    values: ValueCodec<V>,
  ) {
    super(definition, table, values);
  }

  lane(lane: 0 | 1, from: Buffer, reverse = false): AsyncIterableIterator<readonly [K, V]> {
    const range = { prefix: NO_PREFIX, from, reverse };
    return this.scanLane(lane, range, (key, ...value) => this.entryOf(key, ...value));
  }

  /** Both lanes, in the order of their keys. */
  protected override scan(range: RowRange): AsyncIterable<readonly [K, V]> {
    const scan = (lane: 0 | 1): MergedScan<FoundRow<K, V>> =>
      this.scanLane(lane, range, (key, ...value) => ({ key, entry: this.entryOf(key, ...value) }));
    return new BothLanes(scan(0), scan(1), range.reverse);
  }

  private scanLane<T>(lane: 0 | 1, range: RowRange, read: RowReader<T>): MergedScan<T> {
    const { from, before } = boundsOf(range);
    const section = {
      range: { ...range, prefix: Buffer.of(lane) },
      holds: ({ key }: { readonly key: Buffer }) =>
        key[this.laneAt] === lane && key.compare(from) >= 0 && (before === undefined || key.compare(before) < 0),
    };
    return scanTable(this.table, [section], read);
  }
}

/** Two lanes as one scan. Closing it closes both, also before anything was read: a generator that never ran closes nothing. */
class BothLanes<K, V> implements AsyncIterableIterator<readonly [K, V]> {
  readonly #merged: AsyncGenerator<readonly [K, V]>;

  constructor(
    private readonly left: MergedScan<FoundRow<K, V>>,
    private readonly right: MergedScan<FoundRow<K, V>>,
    reverse: boolean,
  ) {
    this.#merged = inOrder(left, right, reverse);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<readonly [K, V]>> {
    return this.#merged.next();
  }

  async return(): Promise<IteratorResult<readonly [K, V]>> {
    await this.#merged.return(undefined);
    await this.left.return();
    await this.right.return();
    return { done: true, value: undefined };
  }
}

async function* inOrder<K, V>(
  left: MergedScan<FoundRow<K, V>>,
  right: MergedScan<FoundRow<K, V>>,
  reverse: boolean,
): AsyncGenerator<readonly [K, V], void> {
  await using first = left;
  await using second = right;
  const sign = reverse ? -1 : 1;
  let [a, b] = [await first.next(), await second.next()];
  while (a.done !== true && b.done !== true) {
    if (sign * a.value.key.compare(b.value.key) < 0) {
      yield a.value.entry;
      a = await first.next();
    } else {
      yield b.value.entry;
      b = await second.next();
    }
  }
  for (; a.done !== true; a = await first.next()) yield a.value.entry;
  for (; b.done !== true; b = await second.next()) yield b.value.entry;
}
