import type { Call } from '../call.js';
import type { WatchRequest, WatchResponse } from '../gen/millrace/query/v1/state_query_service.js';
import { fieldError, storeUnavailableError } from '../query-errors.js';
import type { StateQueries } from '../state-queries.js';
import type { FoundStore, StoreCatalog } from '../store-catalog.js';
import { cursorResponse } from './change-messages.js';
import type { FoundTopic } from './changelog-source.js';
import { keySelection } from './key-selection.js';
import { StoreWatch, type WatchSurroundings } from './store-watch.js';
import { decodeCursor, encodeCursor, type PartitionPosition } from './watch-cursor.js';
import { changelogReplaced, cursorOutOfRange, storeWithoutChangelog, watchEnded } from './watch-errors.js';
import { sendSnapshot, type Watched } from './watch-snapshot.js';
import { watchedTopic } from './watched-topic.js';

/**
 * Answers `Watch`: committed changes, as the changelog has them. Since that can be read from anywhere, every instance tells of
 * every partition, whoever has its task, and a watch outlives rebalances.
 */
export class WatchQueries implements Pick<StateQueries, 'watch'> {
  readonly #watches = new Map<string, StoreWatch>();
  #closed = false;

  constructor(
    private readonly catalog: StoreCatalog,
    private readonly surroundings: WatchSurroundings,
  ) {}

  readonly watch = (request: WatchRequest, call?: Call): AsyncIterable<WatchResponse> =>
    this.#watch(request, call?.signal);

  /** Ends every watch: each client is told to go on elsewhere. */
  close(): void {
    this.#closed = true;
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
  }

  async *#watch(request: WatchRequest, signal: AbortSignal | undefined): AsyncGenerator<WatchResponse> {
    const watched = await this.#find(request, signal);
    const { topicId } = watched.topic;
    const positions = beginning(watched);
    if (!positions.every(isOffset)) yield* sendSnapshot(watched, this.surroundings.source, positions);
    else if (!request.resumeFrom) yield cursorResponse(encodeCursor({ topicId, positions }));
    if (positions.every(isOffset)) yield* this.#changes(watched, positions);
  }

  async #find(request: WatchRequest, signal: AbortSignal | undefined): Promise<Watched> {
    const store = this.catalog.find(request, 'Watch', 'keyValue', 'window', 'session', 'versioned');
    const { application, definition } = store;
    const topic = watchedTopic(application.id, application.topology, definition.name);
    if (topic === undefined) throw storeWithoutChangelog(definition.name);
    const selection = keySelection(definition, request);
    const range = await this.surroundings.source.changelogRange(topic);
    if (range === undefined)
      throw storeUnavailableError('NOT_ACTIVE', definition.name, `changelog "${topic.topic}" is not there yet`);
    await application.prepareSerdes?.();
    return { request, store, topic: { ...topic, topicId: range.topicId }, range, selection, signal };
  }

  async *#changes(
    { store, topic, range, selection, request, signal }: Watched,
    offsets: readonly number[],
  ): AsyncGenerator<WatchResponse> {
    if (this.#closed) throw watchEnded(store.definition.name);
    if (signal?.aborted) return;
    const watch = this.#of(store, topic);
    const subscription = watch.subscribe({ selection, raw: request.raw }, offsets, range.ends);
    const end = (): void => {
      subscription.close();
    };
    signal?.addEventListener('abort', end, { once: true });
    try {
      for (let next = await subscription.next(); next !== undefined; next = await subscription.next()) yield next;
    } finally {
      signal?.removeEventListener('abort', end);
      if (watch.unsubscribe(subscription)) this.#drop(watch);
    }
  }

  #of(store: FoundStore, topic: FoundTopic): StoreWatch {
    const key = `${store.application.id}/${store.definition.name}/${topic.topicId}`;
    let watch = this.#watches.get(key);
    if (watch === undefined) {
      watch = new StoreWatch(store, topic, this.surroundings);
      this.#watches.set(key, watch);
    }
    return watch;
  }

  #drop(watch: StoreWatch): void {
    watch.close();
    for (const [key, each] of this.#watches) if (each === watch) this.#watches.delete(key);
  }
}

/** Where the request's changes begin, or what is still to be sent of a snapshot, by partition. */
function beginning({ request, range, topic }: Watched): PartitionPosition[] {
  const { resumeFrom, snapshot } = request;
  if (!resumeFrom) return snapshot ? range.ends.map(() => ({ rowsAt: null })) : [...range.ends];
  const { topicId, positions } = decodeCursor(resumeFrom);
  if (topicId !== topic.topicId) throw changelogReplaced(topic.topic);
  if (positions.length > range.starts.length)
    throw fieldError('BAD_CURSOR', 'resume_from', 'resume_from is of more partitions than the store has');
  return range.starts.map((start, partition) => {
    const position = positions[partition] ?? start; // a source topic may have got a partition
    const offset = isOffset(position) ? position : (position.rowsAt ?? start);
    if (offset < start) throw cursorOutOfRange(topic.topic, partition, offset);
    return position;
  });
}

function isOffset(position: PartitionPosition): position is number {
  return typeof position === 'number';
}
