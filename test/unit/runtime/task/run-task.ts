import { silentLogger } from '../../../../src/observability/log.js';
import { noMetrics, type Metrics } from '../../../../src/observability/metrics.js';
import type { ErrorPolicies } from '../../../../src/runtime/task/error-policy.js';
import { StreamTask } from '../../../../src/runtime/task/stream-task.js';
import type { CommittedInput } from '../../../../src/runtime/task/task.js';
import { TaskContext } from '../../../../src/runtime/task/task-context.js';
import { openTaskState } from '../../../../src/state/open-task-state.js';
import { CapturedTopics } from '../../../../src/testing/captured-topics.js';
import { fetchedRecord } from '../../../../src/testing/raw-record.js';
import type { BuiltTopology } from '../../../../src/topology/node.js';
import type { Headers } from '../../../../src/util/headers.js';
import { seededRandom } from '../../../../src/util/random.js';
import { ManualClock } from '../../../support/manual-clock.js';

export interface RunningTask {
  readonly task: StreamTask;
  readonly clock: ManualClock;
  readonly topics: CapturedTopics;
  /** Queues one record of partition 0 at the next offset; key and value are texts. */
  add(topic: string, timestamp: number, value: string | null, key?: string, headers?: Headers): void;
  /** Says that the broker has no more, or `lag` more, records of a topic. */
  caughtUp(topic: string, lag?: number): void;
  /** Processes until idle. */
  run(): Promise<void>;
  /** Values written to a topic since the start. */
  written(topic: string): (string | undefined)[];
}

export interface RunOptions {
  readonly inputs: readonly string[];
  readonly errorPolicies?: ErrorPolicies;
  readonly maxTaskIdleMs?: number;
  readonly committed?: ReadonlyMap<string, CommittedInput>;
  readonly metrics?: Metrics;
  readonly partitionsOf?: (topic: string) => number;
}

/** A started task 0_0 over all of what a topology or a program builds, its state in memory, its output captured. */
export async function runTask(topology: { build(): BuiltTopology }, options: RunOptions): Promise<RunningTask> {
  const built = topology.build();
  const { subTopologies } = built;
  const topics = new CapturedTopics(options.partitionsOf ?? (() => 1));
  const clock = new ManualClock();
  const metrics = options.metrics ?? noMetrics;
  const base = { applicationId: 'app', subTopologies, collector: topics, metrics };
  const context = new TaskContext({ ...base, taskId: '0_0', partition: 0 });
  const definitions = subTopologies.flatMap(({ stores }) => stores);
  const task = new StreamTask({
    ...base,
    id: '0_0',
    topology: built,
    partitions: options.inputs.map((topic) => ({ topic, partition: 0 })),
    context,
    state: await openTaskState({ directory: undefined, definitions, context, cacheMaxBytes: 1_000_000 }),
    cacheMaxBytes: 1_000_000,
    globalStores: new Map(),
    committed: options.committed ?? new Map(),
    errorPolicies: options.errorPolicies,
    maxTaskIdleMs: options.maxTaskIdleMs ?? -1,
    clock,
    random: seededRandom(0),
    log: silentLogger,
  });
  task.initialize();
  return { task, clock, topics, ...feeding(task, topics) };
}

function feeding(task: StreamTask, topics: CapturedTopics): Omit<RunningTask, 'task' | 'clock' | 'topics'> {
  const nextOffsets = new Map<string, number>();
  return {
    add(topic, timestamp, value, key, headers = []) {
      const offset = nextOffsets.get(topic) ?? 0;
      nextOffsets.set(topic, offset + 1);
      const bytes = {
        key: key === undefined ? null : Buffer.from(key),
        value: value === null ? null : Buffer.from(value),
      };
      task.addRecords(fetchedRecord({ topic, partition: 0, offset, timestamp, headers, ...bytes }));
    },
    caughtUp(topic, lag = 0) {
      const nextOffset = nextOffsets.get(topic) ?? 0;
      const end = nextOffset + lag;
      const empty = { ...fetchedRecord(EMPTY).records, length: 0, byteLength: 0 };
      const fetched = { topic, partition: 0, records: empty, nextOffset, logStartOffset: 0 };
      task.addRecords({ ...fetched, highWatermark: end, lastStableOffset: end });
    },
    async run() {
      for (let slice = task.process(100); slice !== 'idle'; slice = task.process(100)) {
        if (slice !== 'more') await slice;
      }
    },
    written(topic) {
      topics.publish();
      return topics.records(topic).map(({ value }) => value?.toString());
    },
  };
}

const EMPTY = { topic: '', partition: 0, offset: 0, key: null, value: null, timestamp: 0, headers: [] };
