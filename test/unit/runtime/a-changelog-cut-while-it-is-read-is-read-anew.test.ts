import { afterEach, expect, it } from '@jest/globals';
import { noMetrics } from '../../../src/observability/metrics.js';
import { silentLogger } from '../../../src/observability/log.js';
import { ApplicationMetrics } from '../../../src/runtime/application-metrics.js';
import { ChangelogReader } from '../../../src/runtime/restore/changelog-reader.js';
import { RestoreListeners } from '../../../src/runtime/restore/restore-listeners.js';
import { string } from '../../../src/serde/primitives.js';
import { openTaskState } from '../../../src/state/open-task-state.js';
import type { KeyValueStore } from '../../../src/state/store.js';
import { keyValueStore } from '../../../src/topology/store-definitions.js';
import { NO_HEADERS } from '../../../src/util/headers.js';
import { systemClock } from '../../../src/util/time.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';

const RECORDS = 2_000;
/** So few that all their rows are held back until the end. */
const KEYS = 50;
const VALUE = Buffer.alloc(2_000, 'x');

let cluster: EmbeddedCluster;
afterEach(() => cluster.close());

it('and nothing stays of what was read of it before', async () => {
  cluster = await EmbeddedCluster.open({ changelog: 1 });
  const client = cluster.client();
  const writer = client.writer({ maxBatchBytes: 100_000 });
  await writer.init();
  const send = (key: string): void => {
    writer.send('changelog', 0, Buffer.from(key), VALUE, 1, NO_HEADERS);
  };
  for (let i = 1; i < RECORDS; i++) send(`key-${i % KEYS}`);
  send('last');
  await writer.flush();
  const listeners = new RestoreListeners(silentLogger);
  let cut: Promise<void> | undefined;
  const batches: number[] = [];
  listeners.add({
    onBatchRestored(_partition, _offset, records) {
      batches.push(records);
      cut ??= client.admin.deleteRecords([{ topic: 'changelog', partition: 0, offset: RECORDS - 1 }]);
    },
  });
  const metrics = new ApplicationMetrics(noMetrics, 'app');
  const reader = new ChangelogReader({ client, clock: systemClock, log: silentLogger, metrics, listener: listeners });
  const state = await openTaskState({
    directory: undefined,
    definitions: [keyValueStore({ name: 'store', key: string(), value: string(), storage: 'memory' })],
    context: { taskId: '0_0', recordContext: () => undefined, changelog: () => undefined, onExpired: () => undefined },
    cacheMaxBytes: 0,
  });
  const at = { store: 'store', topic: 'changelog', partition: 0, topicId: '', leaderEpoch: 0, isInput: false };
  await reader.restore({ taskId: '0_0', state, changelog: { ...at, offset: 0, endOffset: RECORDS } });
  await cut;
  const held = [];
  for await (const [key] of (state.stores.get('store') as KeyValueStore<string, string>).all()) held.push(key); // as: of its definition
  expect(batches.slice(0, -1).reduce((sum, records) => sum + records, 0)).toBeGreaterThan(0);
  expect(held).toEqual(['last']);
  await reader.close();
  await client.close();
});
