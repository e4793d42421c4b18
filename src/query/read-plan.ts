import type { StoreDefinition } from '../state/store.js';
import { Isolation, type ReadOptions } from './gen/millrace/query/v1/read_options.js';
import type { Position } from './gen/millrace/query/v1/record.js';
import { notSupported, storeUnavailableError } from './query-errors.js';
import type { StorePartition } from './readable-application.js';
import type { FoundStore } from './store-catalog.js';

/** What one read goes over. */
export interface ReadPlan<D extends StoreDefinition = StoreDefinition> {
  readonly definition: D;
  /** Ordered by task. */
  readonly partitions: readonly StorePartition[];
  readonly raw: boolean;
  /** Input offsets that the answer includes, as far as they are known. */
  position(): Position;
}

/**
 * Opens the store's partitions as the options ask.
 * @throws MillraceError `QUERY_NOT_SUPPORTED` for a position bound; of kind `unavailable` while the store is not readable
 */
export async function planRead<D extends StoreDefinition>(
  { application, definition }: FoundStore<D>,
  options: ReadOptions | undefined,
): Promise<ReadPlan<D>> {
  if (options?.minPosition) throw notSupported('options.min_position');
  const isolation = options?.isolation === Isolation.ISOLATION_READ_UNCOMMITTED ? 'uncommitted' : 'committed';
  const partitions = await application.partitions(definition.name, isolation);
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
