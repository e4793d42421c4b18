/**
 * What one record costs on its way through a task, without a broker: batch bytes in, batch bytes out.
 *
 *     npx tsc --outDir dist && node dist/bench/micro/task.js [records]
 *
 * Prints CPU microseconds per record (user and system) and records per second, per workload.
 */
import { partitionKey, type FetchedRecords } from '../../src/broker/client/client.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { tumbling } from '../../src/processor/window/windows.js';
import { decodeRecords } from '../../src/broker/record-batch/decode.js';
import { RecordBatchBuilder } from '../../src/broker/record-batch/record-batch-builder.js';
import { silentLogger } from '../../src/observability/log.js';
import { noMetrics } from '../../src/observability/metrics.js';
import type { RecordCollector } from '../../src/runtime/task/record-collector.js';
import { StreamTask } from '../../src/runtime/task/stream-task.js';
import { TaskContext } from '../../src/runtime/task/task-context.js';
import { long, string, timeWindowed } from '../../src/serde/index.js';
import type { KeyValueStore } from '../../src/state/store.js';
import { openTaskState } from '../../src/state/open-task-state.js';
import type { ProcessorContext, ProcessorSupplier, Record } from '../../src/topology/processor.js';
import type { BuiltTopology } from '../../src/topology/node.js';
import { keyValueStore } from '../../src/topology/store-definitions.js';
import { Topology } from '../../src/topology/topology.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';

const RECORDS = Number(process.argv[2] ?? 1_000_000);
const BATCH = 500;
const KEYS = 10_000;
const COMMIT_EVERY = 50_000;

type Step<V> = (record: Record<string, string>, context: ProcessorContext<string, V>) => void;
const text = { key: string(), value: string() };

function processor<V>(step: Step<V>): ProcessorSupplier<string, string, string, V> {
  return () => {
    let context: ProcessorContext<string, V>;
    return {
      init(given) {
        context = given;
      },
      process(record) {
        step(record, context);
      },
    };
  };
}

/** filter → mapValues → sink; every second record passes. */
function stateless(): Topology {
  const filter = processor<string>((record, context) => {
    if (record.value.charCodeAt(record.value.length - 1) % 2 === 0) context.forward(record);
  });
  const mapValues = processor<string>((record, context) => {
    context.forward(record.withValue(record.value.toUpperCase()));
  });
  return new Topology()
    .addSource('source', { topics: 'in', ...text })
    .addProcessor('filter', filter, { parents: 'source' })
    .addProcessor('map', mapValues, { parents: 'filter' })
    .addSink('sink', { topic: 'out', ...text, parents: 'map' });
}

/** Count per key in a logged store, each count written out. */
function counting(): Topology {
  const count: ProcessorSupplier<string, string, string, number> = () => {
    let context: ProcessorContext<string, number>;
    let counts: KeyValueStore<string, number>;
    return {
      init(given) {
        context = given;
        counts = given.getStateStore('counts');
      },
      process(record) {
        const next = (counts.get(record.key) ?? 0) + 1;
        counts.put(record.key, next);
        context.forward(record.withValue(next));
      },
    };
  };
  return new Topology()
    .addSource('source', { topics: 'in', ...text })
    .addProcessor('count', count, { parents: 'source' })
    .addStateStore(keyValueStore({ name: 'counts', key: string(), value: long() }), 'count')
    .addSink('sink', { topic: 'out', key: string(), value: long(), parents: 'count' });
}

/** The same count in the DSL, in tumbling windows of 10 s if `windowed`. */
function dslCounting(windowed: boolean): BuiltTopology {
  const builder = new StreamsBuilder();
  const grouped = builder.stream('in', text).groupByKey(text);
  if (windowed) {
    const counts = grouped.windowedBy(tumbling('10s')).count({ store: 'counts' });
    counts.toStream().to('out', { key: timeWindowed(string(), 10_000), value: long() });
  } else {
    grouped.count({ store: 'counts' }).toStream().to('out', { key: string(), value: long() });
  }
  return builder.build();
}

/** Puts what is sent into batches and drops them. */
class Batches implements RecordCollector {
  readonly full = false;
  readonly #builder = new RecordBatchBuilder();

  partitions(): number {
    return 8;
  }
  send(...[, , key, value, timestamp, headers]: Parameters<RecordCollector['send']>): void {
    this.#builder.append(key, value, timestamp, headers);
    if (this.#builder.sizeInBytes > 1_000_000) this.#builder.build();
  }
  sendWhenKnown(): void {
    this.full satisfies boolean;
  }
  drain(): Promise<void> {
    return Promise.resolve();
  }
}

function* fetches(): Generator<FetchedRecords> {
  const builder = new RecordBatchBuilder();
  for (let offset = 0; offset < RECORDS; offset += BATCH) {
    for (let i = offset; i < offset + BATCH; i++) {
      const key = Buffer.from(`user-${String((i * 7_919) % KEYS)}`);
      builder.append(key, Buffer.from(`click on page ${String(i % 1_000)} by someone ${String(i)}`), i, []);
    }
    const { records, nextOffset } = decodeRecords(builder.build({ baseOffset: offset }), offset);
    const end = { highWatermark: RECORDS, lastStableOffset: RECORDS, logStartOffset: 0 };
    yield { topic: 'in', partition: 0, records, nextOffset, ...end };
  }
}

async function open(built: BuiltTopology): Promise<StreamTask> {
  const { subTopologies } = built;
  const base = { applicationId: 'bench', subTopologies, collector: new Batches(), metrics: noMetrics };
  const context = new TaskContext({ ...base, taskId: '0_0', partition: 0 });
  const definitions = subTopologies.flatMap(({ stores }) => stores);
  const task = new StreamTask({
    ...base,
    id: '0_0',
    topology: built,
    partitions: [{ topic: 'in', partition: 0 }],
    context,
    state: await openTaskState({ directory: undefined, definitions, context, cacheMaxBytes: 0 }),
    cacheMaxBytes: 0,
    globalStores: new Map(),
    committed: new Map(),
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
  });
  task.initialize();
  return task;
}

async function commit(task: StreamTask): Promise<void> {
  const inputs = new Map(task.prepareCommit().map((offset) => [partitionKey(offset), offset.offset]));
  task.state.freeze();
  await task.state.apply({ changelogs: new Map(), inputs });
}

async function measure(name: string, topology: BuiltTopology): Promise<void> {
  const batches = [...fetches()];
  const task = await open(topology);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  let sinceCommit = 0;
  for (const batch of batches) {
    task.addRecords(batch);
    for (let slice = task.process(BATCH); slice !== 'idle'; slice = task.process(BATCH))
      if (slice !== 'more') await slice;
    sinceCommit += batch.records.length;
    if (sinceCommit < COMMIT_EVERY) continue;
    sinceCommit = 0;
    await commit(task);
  }
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const rate = Math.round(RECORDS / seconds).toLocaleString('en');
  process.stdout.write(`${name.padEnd(12)} ${((user + system) / RECORDS).toFixed(3)} us/record  ${rate} records/s\n`);
}

await measure('stateless', stateless().build());
await measure('count', counting().build());
await measure('dsl count', dslCounting(false));
await measure('dsl windows', dslCounting(true));
