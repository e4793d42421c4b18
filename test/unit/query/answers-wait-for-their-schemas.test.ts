import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreSerdes } from '../../../src/app/query-thread/store-serdes.js';
import { silentLogger } from '../../../src/observability/log.js';
import { noMetrics } from '../../../src/observability/metrics.js';
import { CommittedViews } from '../../../src/query/committed-views.js';
import { GetRequest, RangeRequest } from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { createLocalStateQueries } from '../../../src/query/local-state-queries.js';
import { SnapshotApplication } from '../../../src/query/snapshot-application.js';
import type { StateQueries } from '../../../src/query/state-queries.js';
import { StoreCatalog } from '../../../src/query/store-catalog.js';
import { prepareSerdes } from '../../../src/runtime/prepare-serdes.js';
import { avro } from '../../../src/serde/index.js';
import { SchemaCache } from '../../../src/serde/registry/schema-cache.js';
import type { SubjectStrategy } from '../../../src/serde/registry/subject.js';
import { openTaskState } from '../../../src/state/open-task-state.js';
import type { KeyValueStore } from '../../../src/state/store.js';
import type { TaskState } from '../../../src/state/task-state.js';
import type { BuiltTopology } from '../../../src/topology/node.js';
import { keyValueStore } from '../../../src/topology/store-definitions.js';
import { Topology } from '../../../src/topology/topology.js';
import { ManualClock } from '../../support/manual-clock.js';
import { ToldRegistry } from '../../support/registry/told-registry.js';

const Total = avro.record('Total', { amount: avro.long() });

function totals(subject: SubjectStrategy): BuiltTopology {
  const store = keyValueStore({
    name: 'totals',
    key: avro.serde(avro.string()),
    value: avro.serde(Total, { subject }),
  });
  return new Topology()
    .addSource('in', { topics: 'in', key: avro.serde(avro.string()), value: avro.serde(avro.string()) })
    .addProcessor('add', () => ({ process: () => undefined }), { parents: 'in' })
    .addStateStore(store, 'add')
    .build();
}

let clock: ManualClock;
let registry: ToldRegistry;
let folder: string;
let state: TaskState;
let views: CommittedViews;
let queries: StateQueries;
const caches: SchemaCache[] = [];

function newCache(): SchemaCache {
  const cache = new SchemaCache(registry, { clock, log: silentLogger, metrics: noMetrics });
  caches.push(cache);
  return cache;
}

/** A task has written a row by a schema that no subject of its store has; the reader has met nothing yet. */
beforeEach(async () => {
  clock = new ManualClock();
  registry = new ToldRegistry();
  folder = await mkdtemp(join(tmpdir(), 'millrace-views-'));
  const written = totals(() => 'elsewhere');
  await prepareSerdes({ applicationId: 'app', topology: written, schemas: newCache() });
  const nothing = { recordContext: () => undefined, changelog: () => undefined, onExpired: () => undefined };
  const definitions = written.subTopologies.flatMap(({ stores }) => stores);
  const context = { taskId: '0_0', ...nothing };
  state = await openTaskState({ directory: join(folder, '0_0'), definitions, context, cacheMaxBytes: 0 });
  (state.stores.get('totals') as KeyValueStore<string, { amount: number }>).put('a', { amount: 5 });
  state.freeze();
  await state.apply({ changelogs: new Map(), inputs: new Map() });

  const topology = totals('topic');
  const serdes = new StoreSerdes({ applicationId: 'app', topology, schemas: newCache() });
  views = new CommittedViews(topology, (taskId) => join(folder, taskId));
  const application = new SnapshotApplication('app', 'here', topology, views, () => serdes.prepare(), clock);
  const store = { name: 'totals', changelogTopic: undefined, restoredOffset: 1, endOffset: 1 };
  const task = { id: '0_0', subTopology: 0, partition: 0, inputs: [], stores: [store], opening: 1 };
  application.update({ state: 'RUNNING', tasks: [{ ...task, status: 'running' }], standbys: [], cluster: undefined });
  queries = createLocalStateQueries(new StoreCatalog(() => [application]), clock);
});
afterEach(async () => {
  for (const cache of caches.splice(0)) await cache.close();
  await views.close();
  await state.close();
  await rm(folder, { recursive: true, force: true });
});

describe('an answer whose schema is not known', () => {
  const getA = () => queries.get(GetRequest.create({ store: 'totals', key: 'a' }));

  it('comes when its schema has come, from the first call on', async () => {
    expect((await getA()).record?.value).toEqual({ amount: 5 });
    expect(registry.asked).toHaveLength(1);
  });

  it('comes as the first message of a stream, too', async () => {
    const values: unknown[] = [];
    for await (const { records } of queries.range(RangeRequest.create({ store: 'totals' })))
      values.push(...records.map(({ value }) => value as unknown));
    expect(values).toEqual([{ amount: 5 }]);
  });

  it('is UNAVAILABLE when the registry gives no answer in time, and comes at a later call', async () => {
    registry.down = true;
    const answer = getA();
    const refused = expect(answer).rejects.toMatchObject({ code: 'SCHEMA_PENDING', kind: 'unavailable' });
    while (registry.asked.length < 3) await clock.advance(100);
    await clock.advance(5_000);
    await refused;
    registry.down = false;
    await clock.advance(5_000);
    expect((await getA()).record?.value).toEqual({ amount: 5 });
  });
});
