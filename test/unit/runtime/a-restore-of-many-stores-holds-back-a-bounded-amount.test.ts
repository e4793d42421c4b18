import { afterEach, expect, it } from '@jest/globals';
import { noMetrics } from '../../../src/observability/metrics.js';
import { silentLogger } from '../../../src/observability/log.js';
import { ApplicationMetrics } from '../../../src/runtime/application-metrics.js';
import { ChangelogReader } from '../../../src/runtime/restore/changelog-reader.js';
import { RestoreListeners } from '../../../src/runtime/restore/restore-listeners.js';
import type { StoreRestorer } from '../../../src/state/task-state.js';
import { NO_HEADERS } from '../../../src/util/headers.js';
import { systemClock } from '../../../src/util/time.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';

const STORES = 40;
const BYTES = 1_200_000;
/** Above the bound by what one answer to a fetch may bring of a partition. */
const MOST_BYTES = (16 << 20) + (1 << 20);

let cluster: EmbeddedCluster;
afterEach(() => cluster.close());

/** Stores that only count what they hold back. */
class HeldBack {
  bytes = 0;
  most = 0;
  restored = 0;

  restorer(): StoreRestorer {
    const total = (bytes: number): void => {
      this.bytes += bytes;
      this.most = Math.max(this.most, this.bytes);
    };
    let buffered = 0;
    return {
      knowsWriters: () => true,
      restore: (records) => {
        let bytes = 0;
        for (let i = 0; i < records.length; i++) bytes += records.valueEnd(i) - records.keyStart(i);
        buffered += bytes;
        this.restored += bytes;
        total(bytes);
        return records.length;
      },
      get bufferedBytes() {
        return buffered;
      },
      flush: () => {
        total(-buffered);
        buffered = 0;
        return Promise.resolve();
      },
    };
  }
}

it('is bounded over all stores, however many are restored at once', async () => {
  cluster = await EmbeddedCluster.open({ changelog: STORES });
  const client = cluster.client();
  const writer = client.writer({ maxBatchBytes: 300_000 });
  await writer.init();
  const value = Buffer.alloc(10_000);
  for (let i = 0; i < STORES * (BYTES / value.length); i++)
    writer.send('changelog', i % STORES, Buffer.from('key'), value, 1, NO_HEADERS);
  await writer.flush();
  const held = new HeldBack();
  const listener = new RestoreListeners(silentLogger);
  const metrics = new ApplicationMetrics(noMetrics, 'app');
  const reader = new ChangelogReader({ client, clock: systemClock, log: silentLogger, metrics, listener });
  const state = { restorer: () => held.restorer(), wipe: () => Promise.resolve() };
  await Promise.all(
    Array.from({ length: STORES }, (_, partition) => {
      const at = { store: 'store', topic: 'changelog', partition, topicId: '', leaderEpoch: 0, isInput: false };
      const changelog = { ...at, offset: 0, endOffset: BYTES / value.length };
      return reader.restore({ taskId: `0_${partition}`, state, changelog });
    }),
  );
  expect(held.restored).toBeGreaterThan(STORES * BYTES);
  expect(held.most).toBeLessThan(MOST_BYTES);
  await reader.close();
  await client.close();
}, 60_000);
