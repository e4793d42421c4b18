import type { StoreDefinition } from '../state/store.js';
import type { Call } from './call.js';
import { Isolation, type ReadOptions } from './gen/millrace/query/v1/read_options.js';
import type { Position } from './gen/millrace/query/v1/record.js';
import { storeUnavailableError } from './query-errors.js';
import type { ReadIsolation, ReadScope, StorePartition } from './readable-application.js';
import type { FoundStore } from './store-catalog.js';
import { fromDuration } from './timestamps.js';

/** What one read goes over. */
export interface ReadPlan<D extends StoreDefinition = StoreDefinition> {
  readonly definition: D;
  /** Ordered by task. */
  readonly partitions: readonly StorePartition[];
  readonly raw: boolean;
  /** Input offsets that the answer includes, as far as they are known. */
  position(): Position;
}

/** Which writes a request is to see. */
export function isolationOf(options: ReadOptions | undefined): ReadIsolation {
  return options?.isolation === Isolation.ISOLATION_READ_UNCOMMITTED ? 'uncommitted' : 'committed';
}

/** Which parts of a store a request is of. How far a replica has come in the inputs is not known: none answers to a bound. */
export function scopeOf(options: ReadOptions | undefined, call: Call | undefined): ReadScope {
  const bounded = (options?.minPosition?.offsets.length ?? 0) > 0;
  const maxStalenessMs = bounded ? undefined : fromDuration(options?.maxStaleness);
  return { tasks: call?.hop?.tasks, maxStalenessMs };
}

/**
 * Opens the store's partitions as the options ask.
 * @throws MillraceError of kind `unavailable` while the store is not readable
 */
export async function planRead<D extends StoreDefinition>(
  { application, definition }: FoundStore<D>,
  options: ReadOptions | undefined,
  call: Call | undefined,
): Promise<ReadPlan<D>> {
  const partitions = await application.partitions(definition.name, isolationOf(options), scopeOf(options, call));
  if (partitions.length === 0) {
    throw storeUnavailableError('NOT_ACTIVE', definition.name, `no task with store "${definition.name}" runs here yet`);
  }
  const positions = partitions.map(({ taskId }) => application.inputPositions(taskId));
  return { definition, partitions, raw: options?.raw ?? false, position: () => toPosition(positions) };
}

function toPosition(positions: readonly ReadonlyMap<string, number>[]): Position {
  const offsets = positions.flatMap((byPartition) =>
    [...byPartition].map(([topicPartition, offset]) => {
      const dash = topicPartition.lastIndexOf('-');
      return { topic: topicPartition.slice(0, dash), partition: Number(topicPartition.slice(dash + 1)), offset };
    }),
  );
  return { offsets };
}
