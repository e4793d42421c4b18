import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partitionKey, type BrokerClient } from '../../broker/client/client.js';
import { TaskPlan } from '../../runtime/assignment/task-plan.js';
import { prepareTopicSerdes } from '../../runtime/prepare-serdes.js';
import type { SchemaCache } from '../../serde/registry/schema-cache.js';
import { openTaskState } from '../../state/open-task-state.js';
import type { StoreContext, StoreDefinition } from '../../state/store.js';
import type { BuiltTopology } from '../../topology/node.js';
import { batchesOf, type FetchedBatch } from '../seed/read-topic.js';
import { findExportable, notExportable } from './find-exportable.js';
import { storeRows, type StoreRow } from './store-rows.js';

export interface ExportRequest {
  readonly applicationId: string;
  readonly topology: BuiltTopology;
  readonly store: string;
  readonly schemas?: SchemaCache;
}

/** Bytes that are restored before they are written to disk. */
const FLUSH_BYTES = 1 << 20;

/**
 * The rows of a store, as its changelog has them at the call: of the whole application, whoever runs it, or nobody. Each
 * partition is restored into a temporary folder as a task would restore it, so what has expired is left out.
 * @throws MillraceError `STORE_NOT_FOUND`, `STORE_NOT_EXPORTABLE` that says why
 */
export async function* exportStore(client: BrokerClient, request: ExportRequest): AsyncGenerator<StoreRow, void> {
  const { applicationId, topology, store, schemas } = request;
  const { definition, subTopology } = findExportable(topology, store, applicationId);
  const topic = new TaskPlan(applicationId, topology).changelogOf(subTopology, store);
  if (topic === undefined) throw notExportable(store, 'it has no changelog');
  const { keySerde: key, valueSerde: value } = definition;
  await prepareTopicSerdes({ key, value }, { topic, access: 'query' }, schemas);
  const partitions = (await client.admin.describeTopics([topic])).get(topic)?.partitions ?? 0;
  for (let partition = 0; partition < partitions; partition++) {
    const place = { topic, partition };
    const end = subTopology.sourceChangelogs.has(store)
      ? ((await client.admin.committedOffsets(applicationId, [place])).get(partitionKey(place))?.offset ?? 0)
      : Infinity;
    yield* restoredRows(definition, batchesOf(client, place, end));
  }
}

async function* restoredRows(
  definition: StoreDefinition,
  batches: AsyncIterable<FetchedBatch>,
): AsyncGenerator<StoreRow, void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-export-'));
  try {
    const directory = join(folder, 'state');
    const state = await openTaskState({ directory, definitions: [definition], context: READING, cacheMaxBytes: 0 });
    try {
      const restorer = state.restorer(definition.name);
      const flush = (): Promise<void> => restorer.flush({ topicId: '', leaderEpoch: -1, offset: 0 });
      for await (const { records, before } of batches) {
        restorer.restore(records, before);
        if (restorer.bufferedBytes >= FLUSH_BYTES) await flush();
      }
      await flush();
      const store = state.stores.get(definition.name);
      if (store !== undefined) yield* storeRows(store);
    } finally {
      await state.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Nothing is processed and nothing is logged here. */
const READING: StoreContext = {
  taskId: 'export',
  recordContext: () => undefined,
  changelog: () => undefined,
  onExpired: () => undefined,
};
