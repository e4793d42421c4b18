import { silentLogger } from '../../../src/observability/log.js';
import { noMetrics } from '../../../src/observability/metrics.js';
import { ClusterApplication } from '../../../src/query/cluster/cluster-application.js';
import { clusterQueries } from '../../../src/query/cluster/cluster-queries.js';
import { MemberChannels } from '../../../src/query/cluster/member-channels.js';
import { membersAround } from '../../../src/query/cluster/members-around.js';
import { createLocalStateQueries } from '../../../src/query/local-state-queries.js';
import type { Queries } from '../../../src/query/query-methods.js';
import type { ReadableApplication } from '../../../src/query/readable-application.js';
import { startQueryServer, type QueryServer } from '../../../src/query/server/query-server.js';
import { StoreCatalog } from '../../../src/query/store-catalog.js';
import { tasksToRead } from '../../../src/query/tasks-to-read.js';
import { createTopologyQueries } from '../../../src/query/topology-queries.js';
import type { TaskView } from '../../../src/runtime/application.js';
import { partitionForKey } from '../../../src/broker/client/partitioner.js';
import type { ClusterMember } from '../../../src/runtime/cluster-view.js';
import { json, string } from '../../../src/serde/index.js';
import { openTaskState } from '../../../src/state/open-task-state.js';
import type { KeyValueStore } from '../../../src/state/store.js';
import type { TaskState } from '../../../src/state/task-state.js';
import { keyValueStore } from '../../../src/topology/store-definitions.js';
import { Topology } from '../../../src/topology/topology.js';
import { systemClock } from '../../../src/util/time.js';
import { nothingRunning } from '../nothing-running.js';

const BALANCES = keyValueStore({ name: 'balances', key: string(), value: json<number>(), storage: 'memory' });
const PARTITIONS = 4;
const NOTHING = { recordContext: () => undefined, changelog: () => undefined, onExpired: () => undefined };

type Status = TaskView['status'];

/** One instance of an application whose store `balances` has four tasks, with a gRPC server of its own. */
export class SharingInstance implements ReadableApplication {
  readonly id = 'bank';
  readonly state = 'RUNNING';
  readonly topology = new Topology()
    .addSource('in', { topics: 'in', key: string(), value: string() })
    .addProcessor('count', () => ({ process: () => undefined }), { parents: 'in' })
    .addStateStore(BALANCES, 'count')
    .build();
  readonly queries: Queries;
  readonly positions = new Map<string, number>();
  readonly #states = new Map<string, TaskState>();
  readonly #statuses = new Map<string, Status>();
  readonly #caughtUp = new Map<string, number>();
  readonly #channels = new MemberChannels(systemClock);
  #server: QueryServer | undefined;
  #port = 0;

  private constructor(
    readonly instanceId: string,
    view: () => readonly ClusterMember[] | undefined,
  ) {
    const catalog = new StoreCatalog(() => [this]);
    const local = {
      ...createLocalStateQueries(catalog, systemClock),
      ...createTopologyQueries(catalog, {}, nothingRunning),
    };
    const application = new ClusterApplication(this.id, this.topology, () => {
      const members = view();
      return members && { partitions: { in: PARTITIONS }, members };
    });
    const members = membersAround(instanceId, local, this.#channels);
    this.queries = clusterQueries(new StoreCatalog(() => [application]), members, systemClock);
  }

  static async start(instanceId: string, view: () => readonly ClusterMember[] | undefined): Promise<SharingInstance> {
    const instance = new SharingInstance(instanceId, view);
    await instance.listen();
    return instance;
  }

  get endpoint(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Has the state of a task, as its owner or as a replica that was last complete at some time. */
  async hold(taskId: string, status: Status, caughtUpMs?: number): Promise<void> {
    this.#statuses.set(taskId, status);
    if (caughtUpMs !== undefined) this.#caughtUp.set(taskId, caughtUpMs);
    if (this.#states.has(taskId)) return;
    const definitions = [BALANCES];
    const state = await openTaskState({ directory: undefined, definitions, context: { taskId, ...NOTHING }, cacheMaxBytes: 0 }); // prettier-ignore
    this.#states.set(taskId, state);
  }

  giveUp(taskId: string): void {
    this.#statuses.delete(taskId);
  }

  /** Writes into a task's part of the store; by default that of the partition of the key. */
  put(key: string, value: number, taskId = taskOf(key)): void {
    (this.#states.get(taskId)?.stores.get('balances') as KeyValueStore<string, number>).put(key, value); // as: defined above
  }

  tasks(): readonly TaskView[] {
    return this.#views(({ status }) => status === 'running' || status === 'restoring');
  }

  standbys(): readonly TaskView[] {
    return this.#views(({ status }) => status === 'standby');
  }

  partitions: ReadableApplication['partitions'] = (name, _isolation, scope = {}) => {
    const held = { tasks: this.tasks(), standbys: this.standbys(), ending: false };
    return tasksToRead(name, held, scope, systemClock.nowMs()).map(({ id: taskId, state }) => ({
      taskId,
      store: state!.stores.get(name)!, // every task has its state and the one store
    }));
  };

  inputPositions(taskId: string): ReadonlyMap<string, number> {
    const input = `in-${taskId.slice(2)}`;
    return new Map([[input, this.positions.get(input) ?? 0]]);
  }

  async listen(): Promise<void> {
    const { queries: state, queries: topology } = this;
    const common = { clock: systemClock, metrics: noMetrics, log: silentLogger };
    this.#server = await startQueryServer({ host: '127.0.0.1', port: this.#port, state, topology, ...common });
    this.#port = this.#server.port;
  }

  async deafen(): Promise<void> {
    await this.#server?.close();
  }

  async close(): Promise<void> {
    this.#channels.close();
    await this.deafen();
    for (const state of this.#states.values()) await state.close();
  }

  #views(wanted: (task: { readonly status: Status }) => boolean): readonly TaskView[] {
    return [...this.#statuses].flatMap(([id, status]): TaskView[] => {
      const partition = Number(id.slice(2));
      const stores = [{ name: 'balances', changelogTopic: undefined, restoredOffset: 0, endOffset: 0 }];
      const input = { topic: 'in', partition, committedOffset: 0, highWatermark: 0, lagRecords: 0 };
      const caughtUpMs = this.#caughtUp.get(id);
      if (!wanted({ status })) return [];
      return [{ id, subTopology: 0, partition, status, inputs: [input], stores, state: this.#states.get(id), caughtUpMs }]; // prettier-ignore
    });
  }
}

/** The task that Kafka's partitioner gives a key. */
export function taskOf(key: string): string {
  return `0_${partitionForKey(Buffer.from(key), PARTITIONS)}`;
}
