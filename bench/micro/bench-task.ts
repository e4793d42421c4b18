/* A task as the runtime drives it, without a broker: batch bytes in, batch bytes out, its state on disk. */
import { partitionKey } from '../../src/broker/client/client.js';
import { decodeRecords } from '../../src/broker/record-batch/decode.js';
import { RecordBatchBuilder } from '../../src/broker/record-batch/record-batch-builder.js';
import { silentLogger } from '../../src/observability/log.js';
import { noMetrics } from '../../src/observability/metrics.js';
import type { RecordCollector } from '../../src/runtime/task/record-collector.js';
import { StreamTask } from '../../src/runtime/task/stream-task.js';
import { TaskContext } from '../../src/runtime/task/task-context.js';
import { openTaskState } from '../../src/state/open-task-state.js';
import type { BuiltTopology } from '../../src/topology/node.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';

/** Bytes of a batch that are sent at once; more than four of them make the writer full. */
const BATCH_BYTES = 250_000;

/** Counts what is sent per topic, puts it into batches and drops them. Full at 1 MB, as a writer; empty after a turn. */
export class DroppingCollector implements RecordCollector {
  readonly sent = new Map<string, number>();
  readonly #builder = new RecordBatchBuilder();
  #unsent = 0;

  get full(): boolean {
    return this.#unsent > 4 * BATCH_BYTES;
  }

  partitions(): number {
    return 1;
  }

  send(...[topic, , key, value, timestamp, headers]: Parameters<RecordCollector['send']>): void {
    this.sent.set(topic, (this.sent.get(topic) ?? 0) + 1);
    this.#builder.append(key, value, timestamp, headers);
    if (this.#builder.sizeInBytes < BATCH_BYTES) return;
    this.#unsent += this.#builder.sizeInBytes;
    this.#builder.build();
  }

  sendWhenKnown(topic: string): void {
    throw new Error(`the partitions of ${topic} are not known`);
  }

  async drain(): Promise<void> {
    await systemClock.yieldToEventLoop();
    this.#unsent = 0;
  }
}

/** A record of partition 0. */
export interface BenchRecord {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly timestamp: number;
}

export class BenchTask {
  readonly #offsets = new Map<string, number>();

  private constructor(
    readonly task: StreamTask,
    readonly collector: DroppingCollector,
  ) {}

  /** A task over all of a program, whose application is `bench`; `topics` as they are named on the broker. */
  static async open(topology: BuiltTopology, topics: readonly string[], directory: string): Promise<BenchTask> {
    const { subTopologies } = topology;
    const collector = new DroppingCollector();
    const base = { applicationId: 'bench', subTopologies, collector, metrics: noMetrics };
    const context = new TaskContext({ ...base, taskId: '0_0', partition: 0 });
    const definitions = subTopologies.flatMap(({ stores }) => stores);
    const task = new StreamTask({
      ...base,
      id: '0_0',
      topology,
      partitions: topics.map((topic) => ({ topic, partition: 0 })),
      context,
      state: await openTaskState({ directory, definitions, context, cacheMaxBytes: 0 }),
      cacheMaxBytes: 0,
      maxTaskIdleMs: -1,
      globalStores: new Map(),
      committed: new Map(),
      clock: systemClock,
      random: systemRandom,
      log: silentLogger,
    });
    task.initialize();
    return new BenchTask(task, collector);
  }

  add(topic: string, records: readonly BenchRecord[]): void {
    const builder = new RecordBatchBuilder();
    for (const { key, value, timestamp } of records) builder.append(key, value, timestamp, []);
    const baseOffset = this.#offsets.get(topic) ?? 0;
    const { records: columns, nextOffset } = decodeRecords(builder.build({ baseOffset }), baseOffset);
    this.#offsets.set(topic, nextOffset);
    const end = { highWatermark: nextOffset, lastStableOffset: nextOffset, logStartOffset: 0 };
    this.task.addRecords({ topic, partition: 0, records: columns, nextOffset, ...end });
  }

  /** Processes until idle. */
  async run(): Promise<void> {
    for (let slice = this.task.process(1_000); slice !== 'idle'; slice = this.task.process(1_000)) {
      if (slice !== 'more') await slice;
    }
  }

  async commit(): Promise<void> {
    const inputs = new Map(this.task.prepareCommit().map((offset) => [partitionKey(offset), offset.offset]));
    this.task.state.freeze();
    await this.task.state.apply({ changelogs: new Map(), inputs });
  }

  async close(): Promise<void> {
    this.task.close();
    await this.task.state.close();
  }
}
