import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InProcessApplication } from '../../runtime/in-process/in-process-application.js';
import { openStateDirectory } from '../../runtime/open-state-directory.js';
import { prepareSerdes, prepareTopicSerdes } from '../../runtime/prepare-serdes.js';
import { MemoryRegistry } from '../../serde/registry/memory-registry.js';
import { SchemaCache } from '../../serde/registry/schema-cache.js';
import type { BuiltTopology } from '../../topology/node.js';
import { invalid } from '../../util/errors.js';
import { applicationIdOf } from '../application-id.js';
import { buildTopology } from '../build-topology.js';
import type { Closing } from '../closing.js';
import { openSchemas, registryAddress } from '../schema-registry.js';
import { BackfillBroker } from './backfill-broker.js';
import { BackfillInput } from './backfill-input.js';
import type { BackfillOptions } from './backfill-options.js';
import type { BackfillOutputs } from './backfill-outputs.js';
import { FileOutputs } from './file-outputs.js';
import { inputTopics } from './input-topics.js';
import { MergedInputs, type OpenInput } from './merged-inputs.js';
import { openHosts } from './open-hosts.js';
import { outputFormat } from './output-format.js';
import { TopicOutputs } from './topic-outputs.js';

/** Bytes of records that are held in memory until their time has come; and of results until they are written. */
const SORT_BYTES = 64 << 20;

/** A backfill that is about to begin. */
export interface OpenBackfill {
  readonly topology: BuiltTopology;
  readonly topics: readonly BackfillInput[];
  readonly inputs: MergedInputs;
  readonly application: InProcessApplication;
  readonly outputs: BackfillOutputs;
}

/** Opens sources, outputs and tasks; what is open is added to `closing`, also when something cannot be opened. */
export async function openBackfill(options: BackfillOptions, closing: Closing): Promise<OpenBackfill> {
  const { topology: definition, config, from, skippedSinks = [], untilMs = Infinity } = options;
  const applicationId = `${applicationIdOf(definition, config, [definition])}-backfill`;
  const topology = buildTopology(definition);
  checkSinks(topology, skippedSinks);
  const folder = await openFolder(options, applicationId, closing);
  const broker = await BackfillBroker.open(config, options.partitions, options);
  closing.add('broker', () => broker.close());

  const topics = inputTopics(definition, topology, from).map(({ topic, source, node }, index) => {
    const { keySerde: key, valueSerde: value, timestampExtractor } = node;
    const partitions = broker.inputPartitions(topic);
    return new BackfillInput({ topic, index, source, key, value, timestampExtractor, partitions });
  });
  const schemas = openRegistry(options, closing);
  await prepareSerdes({ applicationId, topology, schemas });
  for (const { options: input } of topics) {
    await prepareTopicSerdes(input, { topic: input.topic, access: 'write' }, schemas);
  }
  const opened = await openSources(topics, options, closing);
  const memory = { memoryBytes: SORT_BYTES };
  const inputs = new MergedInputs(opened, { directory: await folder.make('inputs'), ...memory }, untilMs);
  closing.add('inputs', () => inputs.close());
  const outputs = await openOutputs(options, topology, broker, await folder.make('outputs'));
  closing.add('outputs', () => outputs.close());

  const identity = identityOf(opened, options);
  const cacheMaxBytes = cacheBytes(options);
  const inputPartitions = new Map(topics.map(({ options: input }) => [input.topic, input.partitions]));
  const sizes = { inputPartitions, outputPartitions: broker.known, otherPartitions: broker.otherPartitions };
  const folders = await folder.make('threads');
  const hosts = await openHosts({ ...options, applicationId, topology, cacheMaxBytes, ...sizes, folders }, closing);
  const application = await InProcessApplication.open({
    ...options,
    ...{ applicationId, topology, outputs, hosts, inputPartitions, cacheMaxBytes },
    outputPartitions: (topic) => broker.outputPartitions(topic),
    skippedSinks: new Set(skippedSinks),
    topicId: (topic) => createHash('sha256').update(`${identity} ${topic}`).digest('hex').slice(0, 32),
    stateDirectory: folder.state,
    stateMemoryBytes: config.stateMemory,
    errorPolicies: definition.config?.errorPolicies,
  });
  closing.add('tasks', () => application.close());
  return { topology, topics, inputs, application, outputs };
}

function cacheBytes({ topology: { config: own = {} }, config }: BackfillOptions): number {
  return config.given.has('cacheMaxBytes') ? config.cacheMaxBytes : (own.cacheMaxBytes ?? config.cacheMaxBytes);
}

/** A folder of this backfill alone, empty, which is deleted at the end: what an interrupted one has left is of no use. */
async function openFolder({ config, random }: BackfillOptions, applicationId: string, closing: Closing) {
  const path = join(config.stateDir, 'backfill', applicationId);
  const state = await openStateDirectory({ path, random });
  closing.add('state directory', async () => {
    await state.close();
    await rm(path, { recursive: true, force: true });
  });
  for (const left of ['state', 'inputs', 'outputs', 'threads'])
    await rm(join(path, left), { recursive: true, force: true });
  return {
    state,
    async make(name: string): Promise<string> {
      const folder = join(path, name);
      await mkdir(folder, { recursive: true });
      return folder;
    },
  };
}

function openRegistry(options: BackfillOptions, closing: Closing): SchemaCache {
  const schemas =
    openSchemas(registryAddress(options.config), options) ?? new SchemaCache(new MemoryRegistry(), options);
  closing.add('schema registry', () => schemas.close());
  return schemas;
}

async function openSources(
  topics: readonly BackfillInput[],
  { clock, log }: BackfillOptions,
  closing: Closing,
): Promise<OpenInput[]> {
  const opened: OpenInput[] = [];
  for (const input of topics) {
    const { topic, source } = input.options;
    const reader = await source.open({ topic, clock, log });
    closing.add(`source of ${topic}`, () => reader.close());
    opened.push({ input, reader });
  }
  return opened;
}

async function openOutputs(
  options: BackfillOptions,
  topology: BuiltTopology,
  broker: BackfillBroker,
  directory: string,
): Promise<BackfillOutputs> {
  const { to, topology: definition, from, untilMs } = options;
  if (to === 'topic') return new TopicOutputs(await broker.writer(definition, topology, options));
  const { path, format = 'jsonl', latest = false } = to;
  const about = { topology: definition.name, from, until: untilMs === undefined ? null : new Date(untilMs), latest };
  return FileOutputs.open({
    path,
    format: outputFormat(format),
    latest,
    topology,
    directory,
    memoryBytes: SORT_BYTES,
    about,
  });
}

/** Names the records that come: of the same ones a sink that keeps its position writes only what it has not. */
function identityOf(opened: readonly OpenInput[], { untilMs, random }: BackfillOptions): string {
  const parts = opened.map(({ input, reader }) => [input.options.topic, input.options.partitions, reader.identity]);
  if (opened.some(({ reader }) => reader.identity === undefined)) return random.uuid();
  return JSON.stringify([parts, untilMs ?? null]);
}

/** @throws MillraceError `SINK_NOT_FOUND` */
function checkSinks({ subTopologies }: BuiltTopology, skipped: readonly string[]): void {
  const names = subTopologies.flatMap(({ connector }) => connector?.name ?? []);
  const unknown = skipped.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw invalid('SINK_NOT_FOUND', `sink "${unknown}" is not in the topology`, {
    hint: `Sinks are: ${names.join(', ') || 'none'}.`,
  });
}
