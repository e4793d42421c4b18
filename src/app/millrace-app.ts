import { hostname } from 'node:os';
import type { InstanceEndpoints, StreamsApplication } from '../runtime/application.js';
import { openStateDirectory } from '../runtime/open-state-directory.js';
import type { RestoreListener } from '../runtime/restore/restore-listener.js';
import type { StateDirectory } from '../runtime/state-directory.js';
import { createStreamsApplication } from '../runtime/streams-application.js';
import type { Logger } from '../observability/log.js';
import { createLogger } from '../observability/pino-logger.js';
import { createPrometheusMetrics, type PrometheusMetrics } from '../observability/prometheus-metrics.js';
import { EmbeddedRegistry } from '../serde/registry/embedded-registry.js';
import type { SchemaCache } from '../serde/registry/schema-cache.js';
import { systemRandom, type Random } from '../util/random.js';
import { systemClock, type Clock } from '../util/time.js';
import { internal, invalid } from '../util/errors.js';
import type { BrokerClient } from '../broker/client/client.js';
import { AdvertisedEndpoints } from './advertised-endpoints.js';
import { applicationIdOf } from './application-id.js';
import { openBroker, type Broker, type Surroundings } from './broker.js';
import { buildTopology } from './build-topology.js';
import { loadConfig, type Config } from './config.js';
import { deadLetterQueue } from './dead-letters/dead-letter-queue.js';
import type { TopologyDefinition } from './define-topology.js';
import { ensurePortFree } from './free-port.js';
import { generatorsOf, recordsOf, runGenerators, type GeneratorSettings } from './generator-runs.js';
import { operationsOn } from './operations.js';
import type { RecordSink } from './record-sink.js';
import { openSchemas, registryAddress } from './schema-registry.js';
import type { Ports, ServerOptions } from './servers.js';
import { scheduleSnapshots } from './snapshots/snapshot-schedule.js';
import { openSnapshotStorage } from './snapshots/snapshot-storage.js';
import { exportsOf } from './state-export/exports-of.js';
import { checkQueries } from './check-queries.js';
import { Closing } from './closing.js';
import { createOuterTopics, createSinkTopics } from './outer-topics.js';
import { TopicFeeder } from './topic-feeder.js';
import { BrokerChangelogs } from './watch/broker-changelogs.js';

export type { InstanceEndpoints } from '../runtime/application.js';

/** What one process runs. */
export interface MillraceAppOptions {
  readonly topologies: readonly TopologyDefinition[];
  /**
   * URLs of the modules that export the topologies, in their order. With them queries are answered in a thread of their own,
   * which imports the topologies again; without them in this one.
   */
  readonly modules?: readonly string[];
  /** Default: the environment's; see {@link loadConfig}. */
  readonly config?: Config;
  /** Also run the topologies' generators. */
  readonly generate?: GeneratorSettings;
  /** Where others reach this process, `host:port`, if not at servers of its own. */
  readonly endpoints?: InstanceEndpoints;
  /** Gives who is told of an application's restores, from the first on. */
  readonly restoreListener?: (applicationId: string) => RestoreListener;
  /** Default: the machine's. */
  readonly clock?: Clock;
  readonly random?: Random;
  /** Default: JSON lines on standard output. */
  readonly log?: Logger;
  /** Default: Prometheus, at `/metrics`. */
  readonly metrics?: PrometheusMetrics;
}

type Options = MillraceAppOptions & Surroundings & { readonly config: Config; readonly metrics: PrometheusMetrics };

/** One running process: its applications, one gRPC and one HTTP server. */
export interface MillraceApp {
  readonly applications: readonly StreamsApplication[];
  readonly embedded: boolean;
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Rejects with the reason when an application or a server fails; never resolves. */
  readonly failed: Promise<never>;
  /** Stops in order: generators, applications (they commit), servers, broker, lock. Gives whether all ended in time. */
  close(timeoutMs?: number): Promise<boolean>;
}

/** Opens the state directory and the broker, starts an application for each topology, and serves them: see startMillrace. */
export async function openMillrace(options: MillraceAppOptions): Promise<MillraceApp> {
  const config = options.config ?? loadConfig(process.env);
  const log = options.log ?? createLogger({ level: config.logLevel });
  const { clock = systemClock, random = systemRandom, metrics = createPrometheusMetrics() } = options;
  const closing = new Closing(log);
  try {
    return await start({ ...options, config, log, clock, random, metrics }, closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function start(options: Options, closing: Closing): Promise<MillraceApp> {
  const { config, topologies, log, random } = options;
  checkGenerators(options);
  checkQueries(topologies);
  await ensurePortFree('gRPC', config.host, config.grpcPort);
  await ensurePortFree('HTTP', config.host, config.httpPort);
  const ids = topologies.map((definition) => applicationIdOf(definition, config, topologies));
  const directory = await openStateDirectory({ path: config.stateDir, random });
  closing.add('state directory', () => directory.close());
  const schemaRegistry = registryAddress(config);
  const schemas = openSchemas(schemaRegistry, options);
  closing.add('schema registry', () => schemas?.close() ?? Promise.resolve());
  const broker = await openBroker(config, options);
  closing.add('broker', () => broker.close());
  const feeder = new TopicFeeder(broker.client('millrace-feeder'), broker.embedded);
  closing.add('feeder', () => feeder.close());

  const tools = broker.client('millrace-tools');
  const changelogs = new BrokerChangelogs(broker.client('millrace-watch'), options.clock);
  closing.add('changelogs', () => changelogs.close());
  const deadLetters = deadLetterQueue(tools);
  const operations = operationsOn(tools);
  const endpoints = new AdvertisedEndpoints(config, options.endpoints);
  const applications = topologies.map((definition, index) =>
    createApplication({ ...options, schemas, endpoints }, definition, ids[index] ?? definition.name, broker, directory),
  );
  const { restoreListener } = options;
  if (restoreListener) for (const each of applications) each.onRestore(restoreListener(each.applicationId));
  const failure = new Failure(applications);
  const onFailure = (error: Error): void => {
    failure.set(error);
  };
  const embeddedRegistry = schemas?.registry instanceof EmbeddedRegistry ? schemas.registry : undefined;
  const registries = { schemaRegistry, embeddedRegistry, changelogs };
  const servers = { ...options, ...registries, applications, endpoints, stateDirectory: directory, topics: feeder };
  const rowsOf = exportsOf(tools, applications, schemas);
  const serving = serve({ ...servers, modules: options.modules, deadLetters, operations, rowsOf, onFailure }, closing);
  let inTime = true;
  closing.add('applications', async (timeoutMs) => {
    const ended = await Promise.all(applications.map((application) => application.close({ timeoutMs })));
    inTime = ended.every(Boolean);
  });
  if (!broker.embedded && !endpoints.known) await serving; // others learn from the first join where this one is
  const [ports] = await Promise.all([serving, startApplications({ ...options, schemas }, applications, broker)]);
  startSnapshots(options, applications, closing);
  startGenerators(options, feeder, closing);
  log.info({ applications: ids, ...ports }, 'started');
  return {
    applications,
    embedded: broker.embedded,
    ...ports,
    failed: failure.promise,
    async close(timeoutMs) {
      await closing.run(timeoutMs);
      return inTime;
    },
  };
}

/** Starts the servers beside the applications, whose results do not wait for them. They close when the applications have. */
function serve(options: ServerOptions, closing: Closing): Promise<Ports> {
  const parts = new Closing(options.log);
  const serving = import('./servers.js').then(({ startServers }) => startServers(options, parts));
  closing.add('servers', async (timeoutMs) => {
    await serving.catch(() => undefined); // whoever starts the process is told
    await parts.run(timeoutMs);
  });
  return serving;
}

async function startApplications(
  options: Options & { readonly schemas: SchemaCache | undefined },
  applications: readonly StreamsApplication[],
  broker: Broker,
): Promise<void> {
  const { topologies, log } = options;
  const client = broker.client('millrace-topics');
  const { admin } = client;
  for (const [index, { topology }] of applications.entries()) {
    const policies = topologies[index]?.config?.errorPolicies ?? {};
    if (broker.embedded) await createOuterTopics(topology, policies, admin);
    else await createSinkTopics(topology, policies, admin, log);
  }
  await bootstrapAll(options, applications, client);
  for (const application of applications) await application.start();
}

function createApplication(
  {
    config,
    clock,
    random,
    metrics,
    log,
    schemas,
    endpoints,
  }: Omit<Options, 'endpoints'> & {
    readonly schemas: SchemaCache | undefined;
    readonly endpoints: AdvertisedEndpoints;
  },
  definition: TopologyDefinition,
  applicationId: string,
  broker: Broker,
  stateDirectory: StateDirectory,
): StreamsApplication {
  const { config: own = {} } = definition;
  const chosen = <
    N extends 'processingGuarantee' | 'commitIntervalMs' | 'cacheMaxBytes' | 'standbys' | 'onStateMismatch',
  >(
    name: N,
  ): Config[N] => (config.given.has(name) ? config[name] : ((own[name] as Config[N] | undefined) ?? config[name])); // both say the same type
  return createStreamsApplication({
    ...own,
    applicationId,
    topology: buildTopology(definition),
    client: broker.client(applicationId),
    instanceId: config.instanceId ?? stateDirectory.instanceId,
    stateDirectory,
    ...(config.snapshots !== undefined && { snapshots: openSnapshotStorage(config.snapshots) }),
    processingGuarantee: chosen('processingGuarantee'),
    commitIntervalMs: chosen('commitIntervalMs'),
    cacheMaxBytes: chosen('cacheMaxBytes'),
    standbys: chosen('standbys'),
    onStateMismatch: chosen('onStateMismatch'),
    clientTags: { host: hostname(), ...config.clientTags },
    stateMemoryBytes: config.stateMemory,
    endpoints: () => endpoints,
    sessionTimeoutMs: config.sessionTimeoutMs,
    transactionTimeoutMs: config.transactionTimeoutMs,
    schemas,
    clock,
    random,
    metrics,
    log,
  });
}

/** The first failure of an application or a server. */
class Failure {
  readonly promise: Promise<never>;
  set: (error: Error) => void = () => undefined;

  constructor(applications: readonly StreamsApplication[]) {
    this.promise = new Promise((_, reject) => {
      this.set = reject;
    });
    this.promise.catch(() => undefined); // whoever waits for it is told; nobody has to wait
    for (const application of applications) {
      application.onStateChange((state) => {
        if (state === 'ERROR') this.set(application.error ?? internal('UNKNOWN_FAILURE', 'an application failed'));
      });
    }
  }
}

/** Says what is wrong with the generator's settings before anything is opened. */
function checkGenerators({ generate, topologies, clock }: Options): void {
  if (!generate) return;
  for (const definition of topologies) {
    for (const generator of generatorsOf(definition)) recordsOf(generator, generate, clock.nowMs());
  }
}

/** Stores that begin with rows have them before a task is there. */
async function bootstrapAll(
  options: Options & { readonly schemas: SchemaCache | undefined },
  applications: readonly StreamsApplication[],
  client: BrokerClient,
): Promise<void> {
  for (const [index, { applicationId, instanceId, topology }] of applications.entries()) {
    const sources = options.topologies[index]?.bootstrap;
    if (sources === undefined) continue;
    const { bootstrapStores } = await import('./seed/bootstrap.js'); // few topologies have any
    await bootstrapStores({ ...options, applicationId, instanceId, topology, sources, client });
  }
}

/** @throws MillraceError `INVALID_CONFIGURATION` when it is not said where to */
function startSnapshots(options: Options, applications: readonly StreamsApplication[], closing: Closing): void {
  const { snapshots, snapshotEveryMs: everyMs, snapshotKeep: keep } = options.config;
  if (everyMs === undefined) return;
  if (snapshots === undefined) {
    throw invalid('INVALID_CONFIGURATION', 'SNAPSHOT_EVERY (--snapshot-every) is set and SNAPSHOT_URL is not', {
      hint: 'Set SNAPSHOT_URL (--snapshots) to a folder, or leave out SNAPSHOT_EVERY.',
    });
  }
  const stop = scheduleSnapshots({ ...options, applications, storage: openSnapshotStorage(snapshots), everyMs, keep });
  closing.add('snapshots', stop);
}

function startGenerators(options: Options, sink: RecordSink, closing: Closing): void {
  const { generate, topologies, log } = options;
  if (!generate) return;
  const stop = new AbortController();
  const runs = topologies.map((definition) =>
    runGenerators(definition, generate, { ...options, sink, signal: stop.signal }).then((sent) => {
      log.info({ application: definition.name, sent }, 'generator ended');
    }),
  );
  const ended = Promise.all(runs).catch((error: unknown) => {
    log.error({ error }, 'generator failed');
  });
  closing.add('generators', () => {
    stop.abort();
    return ended;
  });
}
