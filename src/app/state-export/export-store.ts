import { partitionKey, type BrokerClient } from '../../broker/client/client.js';
import { TaskPlan } from '../../runtime/assignment/task-plan.js';
import { prepareTopicSerdes } from '../../runtime/prepare-serdes.js';
import type { SchemaCache } from '../../serde/registry/schema-cache.js';
import { replayedRows } from '../../state/replayed-rows.js';
import type { StoreRow } from '../../state/store-rows.js';
import type { BuiltTopology } from '../../topology/node.js';
import { batchesOf } from '../seed/read-topic.js';
import { findExportable, notExportable } from './find-exportable.js';

export interface ExportRequest {
  readonly applicationId: string;
  readonly topology: BuiltTopology;
  readonly store: string;
  readonly schemas?: SchemaCache;
}

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
    yield* replayedRows(definition, batchesOf(client, place, end));
  }
}
