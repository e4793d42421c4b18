import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../src/observability/log.js';
import { noMetrics } from '../../src/observability/metrics.js';
import { createQueryClient, type QueryClient } from '../../src/query/client/query-client.js';
import { CommittedViews } from '../../src/query/committed-views.js';
import { createLocalStateQueries } from '../../src/query/local-state-queries.js';
import type { ReadableApplication, StorePartition } from '../../src/query/readable-application.js';
import { restMethods, type RestMethod } from '../../src/query/rest-methods.js';
import { startQueryServer, type QueryServer } from '../../src/query/server/query-server.js';
import { StoreCatalog } from '../../src/query/store-catalog.js';
import { createTopologyQueries } from '../../src/query/topology-queries.js';
import { string } from '../../src/serde/index.js';
import { openTaskState } from '../../src/state/open-task-state.js';
import type { StateStore, StoreDefinition } from '../../src/state/store.js';
import type { TaskState } from '../../src/state/task-state.js';
import type { BuiltTopology } from '../../src/topology/node.js';
import { Topology } from '../../src/topology/topology.js';
import { systemClock } from '../../src/util/time.js';
import { nothingRunning } from './nothing-running.js';

/** The queries of an application on a gRPC server of their own, and a client of it. */
export class ServedQueries {
  private constructor(
    private readonly server: QueryServer,
    readonly client: QueryClient,
    readonly rest: readonly RestMethod[],
  ) {}

  static async start(application: ReadableApplication): Promise<ServedQueries> {
    const catalog = new StoreCatalog(() => [application]);
    const state = createLocalStateQueries(catalog, systemClock);
    const topology = createTopologyQueries(catalog, { grpc: '', http: '' }, nothingRunning);
    const common = { clock: systemClock, metrics: noMetrics, log: silentLogger };
    const server = await startQueryServer({ host: '127.0.0.1', port: 0, state, topology, ...common });
    const client = createQueryClient({ address: `127.0.0.1:${server.port}`, timeoutMs: 60_000, clock: systemClock });
    return new ServedQueries(server, client, restMethods(state, topology));
  }

  get address(): string {
    return `127.0.0.1:${this.server.port}`;
  }

  /** What the twin of a streaming method answers, as JSON. */
  async json(method: string, request: object): Promise<unknown[]> {
    const messages: unknown[] = [];
    const twin = this.rest.find(({ path }) => path.endsWith(`/${method}`));
    for await (const message of twin?.call(request) ?? []) messages.push(message);
    return messages;
  }

  async close(): Promise<void> {
    this.client.close();
    await this.server.close();
  }
}

/** An application whose stores are given. */
export function applicationOf(
  topology: BuiltTopology,
  partitions: ReadableApplication['partitions'],
): ReadableApplication {
  const none = (): readonly never[] => [];
  const inputPositions = (): ReadonlyMap<string, number> => new Map([['in-0', 7]]);
  return {
    id: 'site',
    instanceId: 'here',
    state: 'RUNNING',
    topology,
    tasks: none,
    standbys: none,
    inputPositions,
    partitions,
  };
}

/** One task with stores on disk: committed reads go past it, the others through it. */
export class TaskOnDisk {
  private constructor(
    private readonly folder: string,
    private readonly state: TaskState,
    private readonly views: CommittedViews,
    readonly application: ReadableApplication,
  ) {}

  static async open(definitions: readonly StoreDefinition[]): Promise<TaskOnDisk> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-served-'));
    const nothing = { recordContext: () => undefined, changelog: () => undefined, onExpired: () => undefined };
    const context = { taskId: '0_0', ...nothing };
    const state = await openTaskState({ directory: folder, definitions, context, cacheMaxBytes: 0 });
    const graph = new Topology()
      .addSource('in', { topics: 'in', key: string(), value: string() })
      .addProcessor('count', () => ({ process: () => undefined }), { parents: 'in' });
    const topology = definitions.reduce((all, store) => all.addStateStore(store, 'count'), graph).build();
    const views = new CommittedViews(topology, () => folder);
    const application = applicationOf(topology, async (name, isolation): Promise<StorePartition[]> => {
      const view = await views.view({ id: '0_0', subTopology: 0, opening: state });
      const stores = isolation === 'committed' ? view?.stores : state.stores;
      return [{ taskId: '0_0', store: stores!.get(name)! }]; // all stores are defined above
    });
    return new TaskOnDisk(folder, state, views, application);
  }

  store<S extends StateStore>(name: string): S {
    return this.state.stores.get(name) as S; // the test names the type of the store that it defined
  }

  async commit(): Promise<void> {
    this.state.freeze();
    await this.state.apply({ changelogs: new Map(), inputs: new Map([['in-0', 7]]) });
  }

  async deleteExpired(): Promise<void> {
    await this.state.deleteExpired();
  }

  async close(): Promise<void> {
    await this.views.close();
    await this.state.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
