import { buildTopology } from '../../../src/app/build-topology.js';
import type { TopologyDefinition } from '../../../src/app/define-topology.js';
import { FileOutputs } from '../../../src/app/backfill/file-outputs.js';
import { outputFormat } from '../../../src/app/backfill/output-format.js';
import { join } from 'node:path';
import type { FetchedRecords } from '../../../src/broker/client/client.js';
import type { StreamsApplication } from '../../../src/runtime/application.js';
import { openStateDirectory } from '../../../src/runtime/open-state-directory.js';
import { NO_HEADERS } from '../../../src/util/headers.js';
import { seededRandom } from '../../../src/util/random.js';
import { systemClock } from '../../../src/util/time.js';
import { EmbeddedCluster } from '../embedded-cluster.js';
import { testApplication } from '../running-application.js';
import { PAYMENT_OUTPUTS, type Fact } from './payments.js';

/** What goes from arrival to arrival, in time: less than the grace, so that no record is late by what is fed at once. */
const FED_MS = 4 * 60_000;

export interface LiveRunOptions {
  readonly definition: TopologyDefinition;
  /** In the order in which they arrive. */
  readonly facts: readonly Fact[];
  readonly partitions: number;
  readonly outputs: readonly string[];
  /** Where the results go, as a backfill would write them. */
  readonly to: string;
  /** An empty folder. */
  readonly directory: string;
}

/** Runs a topology on an embedded log that is fed as the records arrive, and writes what it has written. */
export async function runLive(options: LiveRunOptions): Promise<void> {
  const { definition, facts, partitions, outputs } = options;
  const inputs = [...new Set(facts.map(({ topic }) => topic))];
  const topics = Object.fromEntries([...inputs, ...outputs].map((topic) => [topic, partitions]));
  const cluster = await EmbeddedCluster.open(topics);
  const topology = buildTopology(definition);
  const application = testApplication({ topology, client: cluster.client(), applicationId: definition.name });
  await application.start();
  await application.waitUntilRunning();
  for (const part of parts(facts)) {
    for (const topic of inputs) await feed(cluster, topic, part);
    await caughtUp(application, cluster, inputs);
  }
  await settled(cluster);
  await application.close();
  await writeOutputs(cluster, topology, options);
  await cluster.close();
}

/** Runs a topology over a log in a folder that holds all facts from the beginning, as fast as it goes. */
export async function runOverLog(
  options: Omit<LiveRunOptions, 'outputs' | 'to'> & { readonly ready?: () => void },
): Promise<void> {
  const { definition, facts, partitions, directory, ready } = options;
  const inputs = [...new Set(facts.map(({ topic }) => topic))];
  const cluster = await EmbeddedCluster.open({}, systemClock, join(directory, 'log'));
  await cluster.createTopics(Object.fromEntries([...inputs, ...PAYMENT_OUTPUTS].map((topic) => [topic, partitions])));
  for (const topic of inputs) await feed(cluster, topic, facts);
  const topology = buildTopology(definition);
  const stateDirectory = await openStateDirectory({ path: join(directory, 'state'), random: seededRandom(1) });
  const { name: applicationId } = definition;
  const client = cluster.client();
  const application = testApplication({ topology, client, applicationId, stateDirectory, commitIntervalMs: 100 });
  ready?.();
  await application.start();
  await application.waitUntilRunning();
  await caughtUp(application, cluster, inputs);
  await application.close();
  await stateDirectory.close();
  await cluster.close();
}

async function feed(cluster: EmbeddedCluster, topic: string, facts: readonly Fact[]): Promise<void> {
  const records = facts.filter((fact) => fact.topic === topic);
  await cluster.produce(
    topic,
    records.map(({ key, value }) => [key, JSON.stringify(value), value.at] as const),
  );
}

/** Cuts facts so that the times of a part are not far from each other. */
function* parts(facts: readonly Fact[]): Generator<readonly Fact[]> {
  let start = 0;
  let latest = 0;
  for (const [index, { value }] of facts.entries()) {
    if (latest === 0) latest = value.at;
    if (value.at < latest + FED_MS) continue;
    yield facts.slice(start, index);
    start = index;
    latest = value.at;
  }
  yield facts.slice(start);
}

/** Everything that was fed is processed and committed. */
async function caughtUp(
  application: StreamsApplication,
  cluster: EmbeddedCluster,
  topics: readonly string[],
): Promise<void> {
  const ends = new Map(cluster.broker.inspect().map(({ name, partitions }) => [name, partitions]));
  const done = (): boolean =>
    application
      .tasks()
      .flatMap(({ inputs }) => inputs)
      .filter(({ topic }) => topics.includes(topic))
      .every(({ topic, partition, committedOffset = 0 }) => {
        return committedOffset >= (ends.get(topic)?.[partition]?.endOffset ?? 0);
      });
  while (!done()) await cluster.pause();
}

/** Nothing is written any more. */
async function settled(cluster: EmbeddedCluster): Promise<void> {
  const state = (): string => JSON.stringify(cluster.broker.inspect());
  for (let last = '', quiet = 0; quiet < 100;) {
    await systemClock.sleep(10);
    const now = state();
    quiet = now === last ? quiet + 1 : 0;
    last = now;
  }
}

async function writeOutputs(
  cluster: EmbeddedCluster,
  topology: ReturnType<typeof buildTopology>,
  { outputs, to, directory }: LiveRunOptions,
): Promise<void> {
  const format = outputFormat('jsonl');
  const files = await FileOutputs.open({
    ...{ path: to, format, latest: false, topology, directory },
    memoryBytes: 64 << 20,
    about: {},
  });
  for (const topic of outputs) {
    for (const { partition, records } of await readAll(cluster, topic)) {
      for (let i = 0; i < records.length; i++) {
        const part = (start: number, end: number): Buffer | null =>
          start < 0 ? null : records.buffer(i).subarray(start, end);
        const key = part(records.keyStart(i), records.keyEnd(i));
        const value = part(records.valueStart(i), records.valueEnd(i));
        files.take(topic, partition, key, value, records.timestamp(i), NO_HEADERS);
      }
      if (files.full) await files.drain();
    }
  }
  await files.finish();
  await files.close();
}

/** What a topic holds, as bytes. */
async function readAll(cluster: EmbeddedCluster, topic: string): Promise<FetchedRecords[]> {
  const [inspected] = cluster.broker.inspect().filter(({ name }) => name === topic);
  const open = new Set(
    inspected?.partitions.filter(({ endOffset }) => endOffset > 0).map(({ partition }) => partition),
  );
  const reader = cluster.client().reader({ isolation: 'read_committed', channel: 'fetch' });
  for (const partition of open) reader.seek({ topic, partition }, 0);
  const found: FetchedRecords[] = [];
  while (open.size > 0) {
    for (const fetched of await reader.poll(10)) {
      found.push(fetched);
      const { endOffset = 0 } = inspected?.partitions[fetched.partition] ?? {};
      if (fetched.nextOffset >= endOffset) open.delete(fetched.partition);
    }
  }
  await reader.close();
  return found;
}
