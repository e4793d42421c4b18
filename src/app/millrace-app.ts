import type { StreamsApplication } from '../runtime/application.js';
import { openStateDirectory } from '../runtime/open-state-directory.js';
import type { StateDirectory } from '../runtime/state-directory.js';
import { createStreamsApplication } from '../runtime/streams-application.js';
import type { PrometheusMetrics } from '../observability/prometheus-metrics.js';
import { internal } from '../util/errors.js';
import { applicationIdOf } from './application-id.js';
import { openBroker, type Broker, type Surroundings } from './broker.js';
import { buildTopology } from './build-topology.js';
import type { Config } from './config.js';
import type { TopologyDefinition } from './define-topology.js';
import { runGenerators, type GeneratorSettings } from './generator-runs.js';
import type { RecordSink } from './record-sink.js';
import { startServers } from './servers.js';
import { Closing } from './closing.js';
import { createTopicsOf } from './source-topics.js';
import { TopicFeeder } from './topic-feeder.js';

/** What one process runs. */
export interface MillraceAppOptions extends Surroundings {
  readonly metrics: PrometheusMetrics;
  readonly topologies: readonly TopologyDefinition[];
  readonly config: Config;
  /** Also run the topologies' generators. */
  readonly generate?: GeneratorSettings;
}

/** One running process: its applications, one gRPC and one HTTP server. */
export interface MillraceApp {
  readonly applications: readonly StreamsApplication[];
  readonly embedded: boolean;
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Rejects with the reason when an application fails; never resolves. */
  readonly failed: Promise<never>;
  /** Stops in order: generators, applications (they commit), servers, broker, lock. Gives whether all ended in time. */
  close(timeoutMs?: number): Promise<boolean>;
}

/**
 * Starts topologies: opens the state directory and the broker, starts an application for each, and serves them.
 * @throws MillraceError `STATE_DIRECTORY_LOCKED`, `PORT_BUSY`, `APPLICATION_ID_AMBIGUOUS`, and what the broker throws
 */
export async function startMillrace(options: MillraceAppOptions): Promise<MillraceApp> {
  const closing = new Closing(options.log);
  try {
    return await start(options, closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function start(options: MillraceAppOptions, closing: Closing): Promise<MillraceApp> {
  const { config, topologies, log, random } = options;
  const ids = topologies.map((definition) => applicationIdOf(definition, config, topologies));
  const directory = await openStateDirectory({ path: config.stateDir, random });
  closing.add('state directory', () => directory.close());
  const broker = await openBroker(config, options);
  closing.add('broker', () => broker.close());
  const feeder = new TopicFeeder(broker.client('millrace-feeder'), broker.embedded);
  closing.add('feeder', () => feeder.close());

  const applications = topologies.map((definition, index) =>
    createApplication(options, definition, ids[index] ?? definition.name, broker, directory),
  );
  const ports = await startServers(options, applications, directory, feeder, closing);
  let inTime = true;
  closing.add('applications', async (timeoutMs) => {
    const ended = await Promise.all(applications.map((application) => application.close({ timeoutMs })));
    inTime = ended.every(Boolean);
  });
  if (broker.embedded) {
    const { admin } = broker.client('millrace-topics');
    for (const { topology } of applications) await createTopicsOf(topology, admin);
  }
  const failed = firstFailure(applications);
  for (const application of applications) await application.start();
  startGenerators(options, feeder, closing);
  log.info({ applications: ids, ...ports }, 'started');
  return {
    applications,
    embedded: broker.embedded,
    ...ports,
    failed,
    async close(timeoutMs) {
      await closing.run(timeoutMs);
      return inTime;
    },
  };
}

function createApplication(
  { config, clock, random, metrics, log }: MillraceAppOptions,
  definition: TopologyDefinition,
  applicationId: string,
  broker: Broker,
  stateDirectory: StateDirectory,
): StreamsApplication {
  const { config: own = {} } = definition;
  const chosen = <N extends 'processingGuarantee' | 'commitIntervalMs' | 'cacheMaxBytes'>(name: N): Config[N] =>
    config.given.has(name) ? config[name] : ((own[name] as Config[N] | undefined) ?? config[name]); // both say the same type
  return createStreamsApplication({
    ...own,
    applicationId,
    topology: buildTopology(definition),
    client: broker.client(applicationId),
    instanceId: config.instanceId ?? stateDirectory.instanceId,
    stateDirectory,
    processingGuarantee: chosen('processingGuarantee'),
    commitIntervalMs: chosen('commitIntervalMs'),
    cacheMaxBytes: chosen('cacheMaxBytes'),
    stateMemoryBytes: config.stateMemory,
    sessionTimeoutMs: config.sessionTimeoutMs,
    clock,
    random,
    metrics,
    log,
  });
}

/** Rejects when the first application fails. */
function firstFailure(applications: readonly StreamsApplication[]): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    for (const application of applications) {
      application.onStateChange((state) => {
        if (state === 'ERROR') reject(application.error ?? internal('UNKNOWN_FAILURE', 'an application failed'));
      });
    }
  });
  failed.catch(() => undefined); // whoever waits for it is told; nobody has to wait
  return failed;
}

function startGenerators(options: MillraceAppOptions, sink: RecordSink, closing: Closing): void {
  const { generate, topologies, log } = options;
  if (!generate) return;
  const stop = new AbortController();
  const runs = topologies
    .filter(({ generators = [] }) => generators.length > 0)
    .map((definition) =>
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
