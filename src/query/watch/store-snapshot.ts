import type { Serde } from '../../serde/serde.js';
import type { StoreDefinition } from '../../state/store.js';
import { replayedRows, type ReplayedBatch } from '../../state/replayed-rows.js';
import { storeRows, type StoreRow, type WantedKeys } from '../../state/store-rows.js';
import type { StorePartition } from '../readable-application.js';
import type { ChangelogBatch } from './changelog-source.js';
import { isSelected, type KeySelection } from './key-selection.js';
import { UnpackedRecords } from './packed-records.js';

/** The rows of a partition of a store, and the changelog's offset that they are the content at. */
export interface PartitionSnapshot {
  readonly rows: AsyncIterable<StoreRow>;
  readonly offset: number;
}

/** A store that commits all the while is tried so often; then its changelog is read. */
const ATTEMPTS = 10;

/**
 * What is committed on disk here, and the position that stands in the same commit: the rows are those of one LevelDB
 * snapshot, and the position is the same before and after it was taken.
 * @returns undefined where the position is not known, or of another changelog
 */
export async function snapshotHere(
  { store, changelogPosition }: StorePartition,
  topicId: string,
  selection: KeySelection,
): Promise<PartitionSnapshot | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = changelogPosition?.();
    if (before?.topicId !== topicId) return undefined;
    const rows = selectedRows(store.definition, storeRows(store, wantedOf(selection)), selection);
    const first = await rows.next();
    if (changelogPosition?.()?.offset === before.offset) return { rows: resumed(first, rows), offset: before.offset };
    await rows.return();
  }
  return undefined;
}

/** What the changelog from `start` on comes to before `end`, whoever holds the partition: it is replayed in a temporary folder. */
export function snapshotOfChangelog(
  definition: StoreDefinition,
  changelog: AsyncIterable<ChangelogBatch>,
  { start, end }: { readonly start: number; readonly end: number },
  selection: KeySelection,
): PartitionSnapshot {
  const rows = replayedRows(definition, start < end ? batchesBelow(changelog, end) : nothing());
  return { rows: selectedRows(definition, rows, selection), offset: end };
}

async function* nothing(): AsyncGenerator<never> {}

async function* batchesBelow(changelog: AsyncIterable<ChangelogBatch>, end: number): AsyncGenerator<ReplayedBatch> {
  for await (const { records, nextOffset } of changelog) {
    yield { records: new UnpackedRecords(records), before: end };
    if (nextOffset >= end) return;
  }
}

/** Rows of the selected keys: by point reads and short scans where the store has them. */
async function* selectedRows(
  definition: StoreDefinition,
  rows: AsyncIterable<StoreRow>,
  selection: KeySelection,
): AsyncGenerator<StoreRow, void> {
  const keySerde = definition.keySerde as Serde<unknown>; // the definition stands in a list of stores of any type
  for await (const row of rows)
    if (selection.kind === 'all' || isSelected(selection, keySerde.serialize(row.key))) yield row;
}

function wantedOf(selection: KeySelection): WantedKeys {
  return selection.kind === 'all' ? {} : selection;
}

async function* resumed<T>(first: IteratorResult<T, void>, rest: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  try {
    for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return();
  }
}
