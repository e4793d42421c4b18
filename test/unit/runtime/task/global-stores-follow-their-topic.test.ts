import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../../src/observability/log.js';
import { noMetrics } from '../../../../src/observability/metrics.js';
import type { ErrorPolicies } from '../../../../src/runtime/task/error-policy.js';
import { GlobalTask } from '../../../../src/runtime/task/global-task.js';
import { TaskContext } from '../../../../src/runtime/task/task-context.js';
import { int64, string } from '../../../../src/serde/index.js';
import { openTaskState } from '../../../../src/state/open-task-state.js';
import type { KeyValueStore } from '../../../../src/state/store.js';
import { CapturedTopics } from '../../../../src/testing/captured-topics.js';
import { fetchedRecord } from '../../../../src/testing/raw-record.js';
import type { ProcessorSupplier } from '../../../../src/topology/processor.js';
import { keyValueStore } from '../../../../src/topology/store-definitions.js';
import { Topology } from '../../../../src/topology/topology.js';
import { ManualClock } from '../../../support/manual-clock.js';

type Rates = KeyValueStore<string, bigint>;

const rate = { key: string(), value: int64() };

/** Keeps the last rate of each currency, a moment later if `slowly`. */
function keeping(slowly: boolean): ProcessorSupplier<string, bigint> {
  return () => {
    let rates: Rates | undefined;
    return {
      init: (context) => void (rates = context.getStateStore<Rates>('rates')),
      process({ key, value }) {
        if (slowly) return Promise.resolve().then(() => rates?.put(key, value));
        return rates?.put(key, value);
      },
    };
  };
}

async function globalTask(supplier: ProcessorSupplier<string, bigint>, errorPolicies?: ErrorPolicies) {
  const store = keyValueStore({ name: 'rates', ...rate, logging: false });
  const names = { topic: 'rates', sourceName: 'source', processorName: 'processor' };
  const [globalStore] = new Topology().addGlobalStore({ store, ...names, ...rate, supplier }).build().globalStores;
  const common = { applicationId: 'app', metrics: noMetrics, clock: new ManualClock(), log: silentLogger };
  const collector = new CapturedTopics(() => 1);
  const context = new TaskContext({ ...common, taskId: 'global', partition: 0, subTopologies: [], collector });
  const state = await openTaskState({ directory: undefined, definitions: [store], context, cacheMaxBytes: 0 });
  const task = new GlobalTask({ ...common, globalStore: globalStore!, state, context, errorPolicies });
  task.initialize();
  return { task, rates: state.stores.get('rates') as Rates };
}

function record(partition: number, offset: number, key: string, value: string) {
  const bytes = { key: Buffer.from(key), value: Buffer.from(value, 'hex') };
  return fetchedRecord({ topic: 'rates', partition, offset, timestamp: 0, headers: [], ...bytes });
}

describe('a global store', () => {
  it.each([
    { how: 'at once', slowly: false },
    { how: 'by an asynchronous processor', slowly: true },
  ])('has what its topic has, put $how', async ({ slowly }) => {
    const { task, rates } = await globalTask(keeping(slowly));
    await task.update(record(0, 0, 'EUR', '0000000000000007'));
    await task.update(record(1, 4, 'USD', '0000000000000008'));
    await task.update(record(0, 1, 'EUR', '0000000000000009'));
    expect([rates.get('EUR'), rates.get('USD')]).toEqual([9n, 8n]);
    expect(task.positions).toEqual(
      new Map([
        ['rates-0', 2],
        ['rates-1', 5],
      ]),
    );
  });

  it('stops at a record that cannot be read', async () => {
    const { task } = await globalTask(keeping(false));
    await expect(task.update(record(0, 0, 'EUR', 'ff'))).rejects.toMatchObject({ code: 'DESERIALIZATION_FAILED' });
    expect(task.positions.size).toBe(0);
  });

  it('goes past such a record when the policy says so', async () => {
    const { task, rates } = await globalTask(keeping(false), { deserialization: 'skip' });
    await task.update(record(0, 0, 'EUR', 'ff'));
    expect([rates.get('EUR'), task.positions.get('rates-0')]).toEqual([undefined, 1]);
  });

  it('has no punctuators', async () => {
    const supplier: ProcessorSupplier<string, bigint> = () => ({
      init: (context) => void context.schedule('1s', 'wallClockTime', () => undefined),
      process: () => undefined,
    });
    await expect(globalTask(supplier)).rejects.toMatchObject({ code: 'PUNCTUATION_IN_GLOBAL_STORE' });
  });
});
