import type { BrokerClient, Member, Reader } from '../broker/client/client.js';
import type { Isolation } from '../broker/client/protocol.js';
import type { StreamsApplicationOptions } from './application.js';
import { ApplicationMetrics } from './application-metrics.js';
import { withDefaults, type ApplicationSettings } from './application-settings.js';
import { ApplicationStatus } from './application-state.js';
import { StreamsAssignor } from './assignment/streams-assignor.js';
import { TaskPlan } from './assignment/task-plan.js';
import { transactionalId } from './commit/fencing.js';
import type { TransactionContext } from './commit/transaction.js';
import { GlobalStores } from './global/global-stores.js';
import { HeldState } from './held-state.js';
import { ensureInternalTopics } from './internal-topics.js';
import type { ClusterView } from './cluster-view.js';
import { LoopCommands } from './loop-commands.js';
import { Membership } from './membership.js';
import { Patience } from './patience.js';
import { Readiness } from './readiness.js';
import { Rebalance } from './rebalance.js';
import { RecordWriter } from './record-writer.js';
import { Recovery } from './recovery.js';
import { RepartitionPurge } from './repartition-purge.js';
import { ChangelogReader } from './restore/changelog-reader.js';
import { RestoreListeners } from './restore/restore-listeners.js';
import { TaskChangelogs } from './restore/task-changelogs.js';
import { SnapshotStart } from './snapshot/snapshot-start.js';
import { StateSnapshots } from './snapshot/state-snapshots.js';
import { StandbyTasks } from './standby-tasks.js';
import { StateCatalog } from './state-catalog/state-catalog.js';
import { StateUpkeep } from './state-upkeep.js';
import { StreamLoop } from './stream-loop.js';
import { subscriptionData } from './subscription-data.js';
import { TaskChanges } from './task-changes.js';
import { TaskInputs } from './task-inputs.js';
import { TaskLifecycle } from './task-lifecycle.js';
import { TaskOpener } from './task-opener.js';
import { TaskRegistry } from './task-registry.js';
import { TaskStates } from './task-states.js';
import { TaskSlices } from './task-slices.js';
import { TopicWatch } from './topic-watch.js';
import { WakeSignal } from './wake-signal.js';

/** The parts of one running application, made and joined; nothing of them runs yet. */
export class ApplicationParts {
  readonly status = new ApplicationStatus();
  readonly registry = new TaskRegistry();
  /** Aborted when the application may wait no longer for a broker. */
  readonly giveUp = new AbortController();
  readonly patience: Patience;
  readonly commands: LoopCommands;
  readonly records: RecordWriter;
  readonly reader: Reader;
  readonly restoreListeners: RestoreListeners;
  readonly taskChanges = new TaskChanges();
  readonly restore: ChangelogReader;
  readonly globals: GlobalStores;
  readonly watch: TopicWatch;
  readonly catalog: StateCatalog;
  readonly held: HeldState;
  readonly standbys: StandbyTasks;
  readonly upkeep: StateUpkeep;
  readonly lifecycle: TaskLifecycle;
  readonly slices: TaskSlices;
  readonly loop: StreamLoop;
  readonly member: Member;
  readonly snapshots: StateSnapshots;
  readonly #settings: ApplicationSettings;
  readonly #plan: TaskPlan;
  readonly #metrics: ApplicationMetrics;
  readonly #wake: WakeSignal;
  readonly #membership = new Membership();
  readonly #readiness: Readiness;
  readonly #inputs: TaskInputs;
  readonly #transaction: TransactionContext;
  readonly #states: TaskStates;
  readonly #changelogs: TaskChangelogs;
  readonly #opener: TaskOpener;
  readonly #recovery: Recovery;
  readonly #rebalance: Rebalance;
  /** Why every instance is to stop, once one has asked for it here. */
  #shutdown: string | undefined;
  #told: () => void = () => undefined;

  /** @param onFatal called with an error that nothing mends */
  constructor(
    options: StreamsApplicationOptions,
    private readonly onFatal: (error: unknown) => void,
  ) {
    const { clock, client, log, metrics, applicationId, topology } = options;
    const settings = (this.#settings = withDefaults(options));
    this.#plan = new TaskPlan(applicationId, topology);
    this.#metrics = new ApplicationMetrics(metrics, applicationId);
    this.#wake = new WakeSignal(clock);
    this.#readiness = new Readiness(this.status, this.registry);
    this.patience = new Patience(clock, log, this.giveUp.signal);
    this.commands = new LoopCommands(this.#wakeLoop);
    this.reader = client.reader({ isolation: this.#isolation, channel: 'fetch' });
    this.records = new RecordWriter(makeWriter(settings), client.admin, clock, settings.transactional);
    this.restoreListeners = new RestoreListeners(log);
    this.catalog = new StateCatalog(settings);
    this.restore = this.#makeRestore();
    this.globals = this.#makeGlobals();
    this.watch = this.#makeWatch();
    this.#inputs = new TaskInputs(this.reader, settings.bufferedBytesPerTask);
    this.#transaction = this.#makeTransaction(client);
    this.held = new HeldState(applicationId, settings.stateDirectory, log);
    this.#states = new TaskStates({
      ...settings,
      plan: this.#plan,
      records: this.records,
      snapshotStart: this.#makeSnapshotStart(),
      writers: this.catalog,
    });
    this.#changelogs = new TaskChangelogs({ plan: this.#plan, admin: client.admin, log });
    this.standbys = this.#makeStandbys();
    this.upkeep = this.#makeUpkeep();
    this.#opener = this.#makeOpener();
    this.lifecycle = this.#makeLifecycle();
    this.#recovery = this.#makeRecovery();
    this.slices = new TaskSlices(clock, this.records, this.#wakeLoop);
    this.loop = this.#makeLoop();
    this.#rebalance = this.#makeRebalance();
    this.member = this.#makeMember(this.#rebalance);
    this.snapshots = this.#makeSnapshots(this.#rebalance);
    this.#membership.attach(this.member);
  }

  readonly #wakeLoop = (): void => {
    this.#wake.wake();
  };

  readonly #rejoin = (reason: string): void => {
    this.#membership.rejoin(reason);
  };

  /** The whole group; undefined before the first assignment. */
  get cluster(): ClusterView | undefined {
    return this.#rebalance.cluster;
  }

  get #isolation(): Isolation {
    return this.#settings.transactional ? 'read_committed' : 'read_uncommitted';
  }

  #makeRestore(): ChangelogReader {
    return new ChangelogReader({
      ...this.#settings,
      metrics: this.#metrics,
      listener: this.restoreListeners,
      learnWriters: () => this.catalog.refresh(),
    });
  }

  #makeGlobals(): GlobalStores {
    return new GlobalStores({
      ...this.#settings,
      isolation: this.#isolation,
      collector: this.records,
      listener: this.restoreListeners,
      applicationMetrics: this.#metrics,
      onFatal: this.onFatal,
    });
  }

  #makeTransaction(client: BrokerClient): TransactionContext {
    return {
      groupId: this.#settings.applicationId,
      client,
      admin: client.admin,
      records: this.records,
      member: this.#membership,
      patience: this.patience,
      log: this.#settings.log,
    };
  }

  #makeWatch(): TopicWatch {
    const { client, clock, log, topicRefreshMs } = this.#settings;
    return new TopicWatch({
      plan: this.#plan,
      admin: client.admin,
      clock,
      log,
      refreshMs: topicRefreshMs,
      onChange: this.#rejoin,
    });
  }

  #makeSnapshotStart(): SnapshotStart | undefined {
    const { snapshots, client, ...settings } = this.#settings;
    if (snapshots === undefined) return undefined;
    const { admin } = client;
    return new SnapshotStart({ ...settings, storage: snapshots, plan: this.#plan, admin, patience: this.patience });
  }

  #makeSnapshots(rebalance: Rebalance): StateSnapshots {
    return new StateSnapshots({
      ...this.#settings,
      plan: this.#plan,
      registry: this.registry,
      commands: this.commands,
      inputs: this.#inputs,
      reader: this.reader,
      admin: this.#settings.client.admin,
      counts: () => new Map(Object.entries(rebalance.view.partitions)),
      running: () => this.status.state === 'RUNNING',
      wake: this.#wakeLoop,
    });
  }

  #makeStandbys(): StandbyTasks {
    return new StandbyTasks({
      ...this.#settings,
      ...this.#transaction,
      states: this.#states,
      changelogs: this.#changelogs,
      restore: this.restore,
      held: this.held,
      metrics: this.#metrics,
      rejoin: this.#rejoin,
    });
  }

  #makeUpkeep(): StateUpkeep {
    return new StateUpkeep({
      registry: this.registry,
      standbys: this.standbys,
      states: this.#states,
      held: this.held,
      cleanupDelayMs: this.#settings.stateCleanupDelayMs,
      clock: this.#settings.clock,
      log: this.#settings.log,
    });
  }

  #makeOpener(): TaskOpener {
    return new TaskOpener({
      ...this.#settings,
      ...this.#transaction,
      plan: this.#plan,
      states: this.#states,
      standbys: this.standbys,
      changelogs: this.#changelogs,
      restore: this.restore,
      globalStores: this.globals.stores,
      sinks: {
        inputs: this.#inputs,
        random: this.#settings.random,
        rejoin: this.#rejoin,
        wake: this.#wakeLoop,
      },
    });
  }

  #makeLifecycle(): TaskLifecycle {
    return new TaskLifecycle({
      registry: this.registry,
      opener: this.#opener,
      inputs: this.#inputs,
      restore: this.restore,
      held: this.held,
      commands: this.commands,
      clock: this.#settings.clock,
      metrics: this.#metrics,
      log: this.#settings.log,
      onRunning: () => {
        this.#readiness.update();
        this.taskChanges.tell();
      },
      onReleased: this.taskChanges.tell,
      onFailure: this.onFatal,
    });
  }

  #makeRecovery(): Recovery {
    return new Recovery({
      ...this.#transaction,
      plan: this.#plan,
      registry: this.registry,
      lifecycle: this.lifecycle,
      inputs: this.#inputs,
      transactional: this.#settings.transactional,
      offsetReset: this.#settings.offsetReset,
      readiness: this.#readiness,
      clock: this.#settings.clock,
      metrics: this.#metrics,
      rejoin: this.#rejoin,
    });
  }

  #makeLoop(): StreamLoop {
    const { client, clock, log, purgeIntervalMs, stateMemoryBytes } = this.#settings;
    return new StreamLoop({
      registry: this.registry,
      commands: this.commands,
      wake: this.#wake,
      reader: this.reader,
      inputs: this.#inputs,
      slices: this.slices,
      recovery: this.#recovery,
      purge: new RepartitionPurge(this.#plan, client.admin, clock, purgeIntervalMs, log),
      transaction: this.#transaction,
      transactional: this.#settings.transactional,
      member: this.#membership,
      commitIntervalMs: this.#settings.commitIntervalMs,
      overlayMaxBytes: stateMemoryBytes / 2,
      clock,
      metrics: this.#metrics,
      onFatal: this.onFatal,
    });
  }

  #makeRebalance(): Rebalance {
    const { client, log } = this.#settings;
    return new Rebalance({
      instanceId: this.#settings.instanceId,
      rejoin: this.#rejoin,
      plan: this.#plan,
      admin: client.admin,
      commands: this.commands,
      registry: this.registry,
      lifecycle: this.lifecycle,
      standbys: this.standbys,
      loop: this.loop,
      recovery: this.#recovery,
      records: this.records,
      inputs: this.#inputs,
      opener: this.#opener,
      patience: this.patience,
      log,
      metrics: this.#metrics,
      clock: this.#settings.clock,
      readiness: this.#readiness,
      onTasksChange: this.taskChanges.tell,
      onMissingTopics: () => {
        this.watch.waitForTopics();
      },
      onFatal: (error) => {
        this.#told();
        this.onFatal(error);
      },
    });
  }

  #makeMember(rebalance: Rebalance): Member {
    const { applicationId, instanceId, sessionTimeoutMs, heartbeatIntervalMs, client, log } = this.#settings;
    const { replicationFactor } = this.#settings;
    return client.member({
      groupId: applicationId,
      groupInstanceId: instanceId,
      sessionTimeoutMs,
      heartbeatIntervalMs,
      assignor: new StreamsAssignor({
        plan: this.#plan,
        placement: { ...this.#settings, spreadTags: this.#settings.rackAwareAssignmentTags },
        knownTopics: () => this.watch.names,
        subscriptionData: () =>
          subscriptionData(this.#settings, this, { view: rebalance.view, shutdown: this.#shutdown }),
        prepareTopics: () => ensureInternalTopics(this.#plan, client.admin, { replicationFactor, log }),
      }),
      listener: rebalance,
    });
  }

  /**
   * Has the leader tell every member that all are to stop; resolves when this one was told, or after the time, in which a
   * group whose coordinator is there settles.
   */
  async askForShutdown(reason: string, timeoutMs: number): Promise<void> {
    if (!this.#membership.metadata) return; // not in the group: nobody would be told
    this.#shutdown = reason;
    this.#rejoin('every instance is to stop');
    const told = new AbortController();
    this.#told = () => {
      told.abort();
    };
    await this.#settings.clock.sleep(timeoutMs, told.signal);
  }
}

function makeWriter(settings: ApplicationSettings): ReturnType<BrokerClient['writer']> {
  const { client, applicationId, instanceId, transactional, transactionTimeoutMs, compression } = settings;
  return client.writer({
    ...(transactional ? { transactionalId: transactionalId(applicationId, instanceId) } : {}),
    transactionTimeoutMs,
    compression,
  });
}
