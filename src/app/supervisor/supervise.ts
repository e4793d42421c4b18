import { createPrometheusMetrics, type PrometheusMetrics } from '../../observability/prometheus-metrics.js';
import { Access } from '../../query/access/access.js';
import { StoreGuard } from '../../query/access/store-guard.js';
import { boundedScans } from '../../query/bounded-scans.js';
import { ClusterApplication } from '../../query/cluster/cluster-application.js';
import { clusterQueries } from '../../query/cluster/cluster-queries.js';
import { MemberChannels } from '../../query/cluster/member-channels.js';
import type { Queries } from '../../query/query-methods.js';
import { restMethods } from '../../query/rest-methods.js';
import { StoreCatalog } from '../../query/store-catalog.js';
import { startQueryServer, type QueryServer } from '../../query/server/query-server.js';
import type { InstanceEndpoints } from '../../runtime/application.js';
import type { ClusterView } from '../../runtime/cluster-view.js';
import { openStateDirectory } from '../../runtime/open-state-directory.js';
import { invalid, MillraceError } from '../../util/errors.js';
import { AdvertisedEndpoints, otherHttpEndpoints } from '../advertised-endpoints.js';
import { clientAccessOf } from '../access/client-access-of.js';
import { protectionOf, warnIfOpen } from '../access/protection-of.js';
import { applicationIdOf } from '../application-id.js';
import { sendTo, type ProcessAddress } from '../ask-process.js';
import { openBroker, type Surroundings } from '../broker.js';
import { buildTopology } from '../build-topology.js';
import { checkQueries } from '../check-queries.js';
import { Closing } from '../closing.js';
import type { Config } from '../config.js';
import { deadLetterQueue } from '../dead-letters/dead-letter-queue.js';
import type { TopologyDefinition } from '../define-topology.js';
import { startHttpServer, type Readiness } from '../http/http-server.js';
import type { MillraceApp } from '../millrace-app.js';
import { operationsOn } from '../operations.js';
import { ownQueries, ownServiceNames, ownServices } from '../own-services.js';
import { processDirectory } from '../process-directories.js';
import { SETTINGS } from '../settings.js';
import { remoteParticipant, type SnapshotParticipant } from '../snapshots/snapshot-participant.js';
import { TopicFeeder } from '../topic-feeder.js';
import { PROCESS_NUMBER, SUPERVISOR_ENDPOINTS } from './child-messages.js';
import { mergeExpositions } from './merge-expositions.js';
import { protectProcesses } from './protect-processes.js';
import { proxiedQuery } from './proxied-queries.js';
import { supervisedMembers } from './supervised-members.js';
import { SupervisedProcess } from './supervised-process.js';

/** What several processes run together. */
export interface SuperviseOptions extends Surroundings {
  readonly processes: number;
  readonly topologies: readonly TopologyDefinition[];
  readonly config: Config;
  /** The module that runs one process, and its arguments. */
  readonly module: string;
  readonly args: readonly string[];
  /** The environment of the processes, but for what tells them apart. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Several processes behind one gRPC and one HTTP port. */
export type Supervisor = Pick<MillraceApp, 'grpcPort' | 'httpPort' | 'failed' | 'close'>;

/**
 * Runs the same topologies in several processes, each with a state directory in STATE_DIR/processes/ and an instance id that
 * ends with its number, starts again what ends, and serves them as one.
 * @throws MillraceError `PROCESSES_NEED_KAFKA`, `STATE_DIRECTORY_LOCKED`, `PORT_BUSY`
 */
export async function supervise(options: SuperviseOptions): Promise<Supervisor> {
  if (!options.config.brokers) {
    throw invalid(
      'PROCESSES_NEED_KAFKA',
      'several processes cannot share the embedded log: it belongs to one process',
      {
        hint: 'Name Kafka (KAFKA_BROKERS, --brokers), or leave out --processes.',
      },
    );
  }
  checkQueries(options.topologies);
  const closing = new Closing(options.log);
  try {
    return await start(options, closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function start(options: SuperviseOptions, closing: Closing): Promise<Supervisor> {
  const { config, random, log, processes: count } = options;
  const directory = await openStateDirectory({ path: config.stateDir, random });
  closing.add('state directory', () => directory.close());
  let onChange = (): void => undefined;
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined); // whoever waits for it is told; nobody has to wait
  const instanceId = config.instanceId ?? directory.instanceId;
  const inner = await protectProcesses(config.stateDir, protectionOf(config), random);
  const endpoints = new AdvertisedEndpoints(config, undefined);
  const views = new Map<string, ClusterView>();
  const processes = Array.from(
    { length: count },
    (_, index) =>
      new SupervisedProcess({
        ...options,
        index,
        instanceId: `${instanceId}-${index}`,
        access: inner.access,
        env: () => ({
          ...options.env,
          ...ownSettings(config, instanceId, index),
          ...inner.settings,
          ...advertised(endpoints),
        }),
        onChange: () => { onChange(); }, // prettier-ignore
        onCluster: (application, view) => views.set(application, view),
        onGivenUp: fail,
      }),
  );
  const { grpc, httpPort } = await startFront(options, processes, { views, endpoints }, closing);
  endpoints.listening({ grpcPort: grpc.port, httpPort });
  const services = ['', 'millrace.query.v1.StateQueryService', ...ownServiceNames(options.topologies)];
  onChange = () => {
    const { ready } = readinessOf(processes);
    for (const service of services) grpc.setServing(service, ready);
  };
  grpc.setServing('millrace.query.v1.TopologyService', true);
  let inTime = true;
  closing.add('processes', async (timeoutMs) => {
    inTime = (await Promise.all(processes.map((each) => each.stop(timeoutMs)))).every(Boolean);
  });
  for (const each of processes) each.start();
  log.info({ processes: count, grpcPort: grpc.port, httpPort }, 'started');
  return {
    ...{ grpcPort: grpc.port, httpPort, failed },
    async close(timeoutMs) {
      await closing.run(timeoutMs);
      return inTime;
    },
  };
}

/** What tells one process from the others. Its servers are for the supervisor alone. */
function ownSettings({ stateDir }: Config, instanceId: string, index: number): Record<string, string> {
  return {
    [PROCESS_NUMBER]: String(index),
    [SETTINGS.stateDir.env]: processDirectory(stateDir, index),
    [SETTINGS.instanceId.env]: `${instanceId}-${index}`,
    [SETTINGS.host.env]: '127.0.0.1',
    [SETTINGS.grpcPort.env]: '0',
    [SETTINGS.httpPort.env]: '0',
  };
}

function advertised({ grpc = '', http = '' }: InstanceEndpoints): Record<string, string> {
  return { [SUPERVISOR_ENDPOINTS]: `${grpc} ${http}` };
}

/** What all processes answer together, and with those of other supervisors. @param views who runs what, by application */
function overProcesses(
  { config, topologies, clock }: SuperviseOptions,
  processes: readonly SupervisedProcess[],
  views: ReadonlyMap<string, ClusterView>,
  closing: Closing,
): Queries {
  const channels = new MemberChannels(clock, clientAccessOf(config));
  closing.add('channels to other instances', () => {
    channels.close();
    return Promise.resolve();
  });
  const clusters = topologies.map((each) => {
    const id = applicationIdOf(each, config, topologies);
    return new ClusterApplication(id, buildTopology(each), () => views.get(id));
  });
  return clusterQueries(new StoreCatalog(() => clusters), supervisedMembers(processes, channels), clock);
}

/** The servers that stand for all processes. */
async function startFront(
  options: SuperviseOptions,
  processes: readonly SupervisedProcess[],
  { views, endpoints }: { readonly views: ReadonlyMap<string, ClusterView>; readonly endpoints: InstanceEndpoints },
  closing: Closing,
): Promise<{ readonly grpc: QueryServer; readonly httpPort: number }> {
  const { config, topologies, clock, log } = options;
  const { host } = config;
  const peers = clientAccessOf(config);
  const protection = protectionOf(config);
  warnIfOpen(config, protection, log);
  const access = await Access.open(protection.access, clock, log);
  closing.add('access', () => { access.close(); return Promise.resolve(); }); // prettier-ignore
  const metrics = createPrometheusMetrics();
  const broker = await openBroker(config, options);
  closing.add('broker', () => broker.close());
  const tools = broker.client('millrace-tools');
  const topics = new TopicFeeder(broker.client('millrace-feeder'), false);
  closing.add('feeder', () => topics.close());
  const queries = overProcesses(options, processes, views, closing);
  const addresses = (): readonly (ProcessAddress | undefined)[] => processes.map(({ answers }) => answers?.http);
  const defined = topologies.map((each) => ({ id: applicationIdOf(each, config, topologies), definition: each }));
  const own = defined.flatMap(({ id, definition }) =>
    (definition.queries ?? []).map((query) =>
      proxiedQuery(id, query, addresses, () => otherHttpEndpoints(views.get(id), endpoints, peers)),
    ),
  );
  const served = { state: queries, topology: queries, services: ownServices(defined, ownQueries(own)) };
  const grpc = await startQueryServer({ ...options, ...served, metrics, host, port: config.grpcPort, protection });
  closing.add('gRPC server', () => grpc.close());
  const http = await startHttpServer({
    host,
    port: config.httpPort,
    metrics: { contentType: metrics.contentType, exposition: () => expositionOf(metrics, processes) },
    ...{ access, protection, clock, log, corsOrigins: config.corsOrigins ?? [] },
    methods: restMethods(
      boundedScans(queries, protection.limits.maxScanRows),
      queries,
      new StoreGuard(access, queries),
    ),
    queries: own,
    readiness: () => readinessOf(processes),
    topics,
    deadLetters: deadLetterQueue(tools),
    operations: operationsOn(tools),
    instancesOf: (id) => participants(id, addresses()),
  });
  closing.add('HTTP server', () => http.close());
  return { grpc, httpPort: http.port };
}

/** @throws MillraceError `SNAPSHOT_NOT_READY` while a process starts: what it runs would be missing */
function participants(
  applicationId: string,
  addresses: readonly (ProcessAddress | undefined)[],
): readonly SnapshotParticipant[] {
  return addresses.map((address) => {
    if (address !== undefined) return remoteParticipant(address, applicationId);
    throw new MillraceError({ code: 'SNAPSHOT_NOT_READY', kind: 'unavailable', message: 'a process starts' });
  });
}

/** The supervisor's own metrics and those of each process, as far as they answer. */
async function expositionOf(metrics: PrometheusMetrics, processes: readonly SupervisedProcess[]): Promise<string> {
  const texts = await Promise.all(
    processes.map(async ({ index, answers }): Promise<[string, string]> => {
      const response = answers && (await sendTo(answers.http, '/metrics').catch(() => undefined));
      return [String(index), response?.ok ? await response.text() : ''];
    }),
  );
  return mergeExpositions(new Map([['supervisor', await metrics.exposition()], ...texts]));
}

/** States by process and application. */
function readinessOf(processes: readonly SupervisedProcess[]): Readiness {
  const states = processes.flatMap(({ index, answers, states: own }): [string, string][] =>
    answers
      ? Object.entries(own).map(([id, state]): [string, string] => [`${index}/${id}`, state])
      : [[String(index), 'STARTING']],
  );
  return { ready: processes.every(({ ready }) => ready), applications: Object.fromEntries(states) };
}
