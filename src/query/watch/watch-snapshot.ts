import { MillraceError } from '../../util/errors.js';
import type { WatchRequest, WatchResponse } from '../gen/millrace/query/v1/state_query_service.js';
import type { StorePartition } from '../readable-application.js';
import type { FoundStore } from '../store-catalog.js';
import { changeResponse, loggedMessage, snapshotEndResponse, toSnapshotChange } from './change-messages.js';
import type { ChangelogRange, ChangelogSource, FoundTopic } from './changelog-source.js';
import { isSelected, type KeySelection } from './key-selection.js';
import { changesBetween, loggedPartition } from './logged-partition.js';
import { snapshotHere, snapshotOfChangelog, type PartitionSnapshot } from './store-snapshot.js';
import { encodeCursor, type PartitionPosition } from './watch-cursor.js';

/** A request, and what was found for it. */
export interface Watched {
  readonly request: WatchRequest;
  readonly store: FoundStore;
  readonly topic: FoundTopic;
  readonly range: ChangelogRange;
  readonly selection: KeySelection;
  /** Told that nobody wants it any more. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Sends the partitions that the positions have no offset of, one after the other, and puts there the offsets that what was
 * sent is the content at. Of a partition that was begun by an earlier watch it first tells what has changed since: rows that
 * the client has may be there no more.
 */
export async function* sendSnapshot(
  watched: Watched,
  source: ChangelogSource,
  positions: PartitionPosition[],
): AsyncGenerator<WatchResponse> {
  const { request, store, topic, selection, signal } = watched;
  const cursor = () => encodeCursor({ topicId: topic.topicId, positions });
  for (const [partition, position] of positions.entries()) {
    if (typeof position === 'number') continue;
    const { rows, offset } = await snapshotOf(watched, source, partition);
    const logged = loggedPartition(source, store.definition, topic, partition);
    const since = { from: position.rowsAt ?? offset, before: offset };
    for await (const change of changesBetween(logged, since, (key) => isSelected(selection, key))) {
      positions[partition] = { rowsAt: change.offset + 1 };
      yield changeResponse(loggedMessage(change, request.raw), cursor());
    }
    positions[partition] = { rowsAt: offset };
    const within = cursor();
    for await (const row of rows) {
      if (signal?.aborted) return;
      yield changeResponse(toSnapshotChange(store.definition, row, request.raw), within);
    }
    positions[partition] = offset;
  }
  yield snapshotEndResponse(cursor());
}

/** From disk where it is here, else from the changelog. */
async function snapshotOf(
  { store, topic, range, selection }: Watched,
  source: ChangelogSource,
  partition: number,
): Promise<PartitionSnapshot> {
  const here = await partitionHere(store, partition);
  const snapshot = here && (await snapshotHere(here, topic.topicId, selection));
  if (snapshot !== undefined) return snapshot;
  const [start = 0, end = 0] = [range.starts[partition], range.ends[partition]];
  const changelog = source.readChangelog({ ...topic, partition, offset: start });
  return snapshotOfChangelog(store.definition, changelog, { start, end }, selection);
}

/** The partition of the store that is on this instance, if it is and can be read. */
async function partitionHere(
  { application, definition }: FoundStore,
  partition: number,
): Promise<StorePartition | undefined> {
  try {
    const partitions = await application.partitions(definition.name, 'committed');
    return partitions.find(({ taskId }) => taskId.endsWith(`_${partition}`));
  } catch (error) {
    if (error instanceof MillraceError && error.kind === 'unavailable') return undefined;
    throw error;
  }
}
