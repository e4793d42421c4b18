import { partitionKey, type Admin, type MemberAssignment, type MemberListener } from '../broker/client/client.js';
import type { TopicPartition } from '../broker/client/protocol.js';
import type { Logger } from '../observability/log.js';
import { MillraceError } from '../util/errors.js';
import type { CancelTimer, Clock } from '../util/time.js';
import type { ApplicationMetrics } from './application-metrics.js';
import type { PlannedTask, TaskPlan } from './assignment/task-plan.js';
import { decodeAssignment, NO_ASSIGNMENT, type AssignmentData } from './assignment/user-data.js';
import { clusterView, type ClusterView } from './cluster-view.js';
import type { LoopCommands } from './loop-commands.js';
import type { OwnedTask } from './owned-task.js';
import type { Patience } from './patience.js';
import type { RecordWriter } from './record-writer.js';
import type { Readiness } from './readiness.js';
import type { Recovery } from './recovery.js';
import type { ReplicaKind } from './standby-task.js';
import type { StandbyTasks, WantedReplica } from './standby-tasks.js';
import type { StreamLoop } from './stream-loop.js';
import type { TaskInputs } from './task-inputs.js';
import type { TaskLifecycle } from './task-lifecycle.js';
import type { TaskRegistry } from './task-registry.js';
import type { TaskOpener } from './task-opener.js';

export interface RebalanceOptions {
  readonly instanceId: string;
  readonly plan: TaskPlan;
  readonly admin: Admin;
  readonly commands: LoopCommands;
  readonly registry: TaskRegistry;
  readonly lifecycle: TaskLifecycle;
  readonly standbys: StandbyTasks;
  readonly loop: StreamLoop;
  readonly recovery: Recovery;
  readonly records: RecordWriter;
  readonly inputs: TaskInputs;
  readonly opener: TaskOpener;
  readonly patience: Patience;
  readonly log: Logger;
  readonly metrics: ApplicationMetrics;
  readonly clock: Clock;
  readonly readiness: Readiness;
  readonly rejoin: (reason: string) => void;
  /** There is a new assignment. */
  readonly onTasksChange: () => void;
  /** The leader cannot assign for now: the topics have to appear first. */
  readonly onMissingTopics: () => void;
  readonly onFatal: (error: unknown) => void;
}

/**
 * How long a task that the leader has meant for this member may be held back, since another still has to give it up. The
 * member that gives up asks for the next rebalance; should it vanish just then, and come back under its static id, nobody
 * would.
 */
const HELD_BACK_MS = 5_000;

/** What the group knows, as of the last assignment. */
export type GroupView = Omit<AssignmentData, 'refusal'>;

/**
 * Follows the group: gives tasks up after a commit, takes tasks on, drops everything when it was expelled. All of it runs
 * as commands of the loop, so never inside a slice or a commit. Tasks that stay keep processing through a rebalance;
 * nothing is committed between the member's join and its new assignment.
 */
export class Rebalance implements MemberListener {
  #view: GroupView = NO_ASSIGNMENT;
  #cluster: ClusterView | undefined;
  #joinedAt = 0;
  #cancelFollowUp: CancelTimer = () => undefined;

  constructor(private readonly options: RebalanceOptions) {}

  get view(): GroupView {
    return this.#view;
  }

  /** Who runs what; undefined before the first assignment. */
  get cluster(): ClusterView | undefined {
    return this.#cluster;
  }

  /** A commit under way ends before the member joins: commands run between commits, and none starts from here on. */
  async beforeJoin(): Promise<void> {
    this.#cancelFollowUp();
    this.#joinedAt = this.options.clock.monotonicMs();
    await this.options.commands.run(() => undefined);
  }

  async onRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    const { commands, log, readiness } = this.options;
    await commands.run(async () => {
      const gone = this.#tasksOf(partitions);
      log.info({ tasks: gone.map(({ id }) => id) }, 'giving tasks up');
      await this.#commit();
      await this.options.lifecycle.releaseAll(gone);
      readiness.update();
    });
  }

  async onAssigned(_added: readonly TopicPartition[], assignment: MemberAssignment): Promise<void> {
    const { onFatal, onMissingTopics, log, metrics, clock, commands } = this.options;
    const { refusal, ...view } = decodeAssignment(assignment.userData);
    metrics.rebalances.value++;
    metrics.rebalanceLatency.observe((clock.monotonicMs() - this.#joinedAt) / 1_000);
    if (refusal) {
      if (refusal.code === 'MISSING_SOURCE_TOPIC') {
        log.warn({ code: refusal.code }, `waiting: ${refusal.message}`);
        onMissingTopics();
      } else onFatal(new MillraceError({ ...refusal, kind: 'invalid' }));
      return;
    }
    this.#view = view;
    this.#cluster = clusterView(view);
    await this.#learnTopics(view);
    await commands.run(() => this.#takeOn(assignment.partitions));
  }

  async onLost(): Promise<void> {
    const { commands, recovery, log } = this.options;
    await commands.run(async () => {
      log.warn({}, 'expelled from the group: dropping what is not committed');
      await recovery.drop();
    });
  }

  onFatal(error: Error): void {
    this.options.onFatal(error);
  }

  /** Before tasks go, the whole writer's transaction is committed; if it cannot be, their new owner repeats the work. */
  async #commit(): Promise<void> {
    const { loop, recovery } = this.options;
    try {
      await loop.commitNow();
    } catch (error) {
      await recovery.recover(error);
    }
  }

  #tasksOf(partitions: readonly TopicPartition[]): readonly OwnedTask[] {
    const gone = new Set(partitions.map(partitionKey));
    return this.options.registry.all.filter((owned) => owned.inputs.some((input) => gone.has(partitionKey(input))));
  }

  /** Sinks ask for partition counts without waiting, so they are known before a task runs. */
  async #learnTopics(view: GroupView): Promise<void> {
    const { plan, admin, records, patience } = this.options;
    records.setPartitions(Object.entries(view.partitions));
    const sinks = plan.sinkTopics();
    if (sinks.length === 0) return;
    const found = await patience.retry('looking at output topics', () => admin.describeTopics(sinks));
    records.setPartitions([...found].map(([name, { partitions }]) => [name, partitions] as const));
  }

  async #takeOn(partitions: readonly TopicPartition[]): Promise<void> {
    const { plan, registry, lifecycle, standbys, log, readiness } = this.options;
    const tasks = plan.tasksOf(partitions, this.#counts);
    const replicas = this.#replicas(tasks);
    const taskCount = tasks.length + replicas.length;
    const added = tasks.filter(({ id }) => registry.get(id) === undefined);
    for (const task of tasks) {
      const owned = registry.get(task.id);
      if (owned && owned.inputs.length !== task.inputs.length) await this.#changeInputs(owned, task);
    }
    log.info({ tasks: tasks.map(({ id }) => id), added: added.map(({ id }) => id) }, 'assigned');
    const facts = { taskCount, goneWriters: this.#view.goneWriters };
    for (const task of added) lifecycle.start(task, facts);
    standbys.keep(replicas, taskCount);
    this.#awaitHeldBack(tasks);
    readiness.assigned(true);
    this.options.onTasksChange();
  }

  get #counts(): ReadonlyMap<string, number> {
    return new Map(Object.entries(this.#view.partitions));
  }

  /** What this member is to follow. A replica of a task that it is to run stays until another has given the task up. */
  #replicas(tasks: readonly PlannedTask[]): readonly WantedReplica[] {
    const { plan, instanceId, standbys } = this.options;
    const { active = [], standby = [], warmup = [] } = this.#view.instances[instanceId] ?? {};
    const kinds = new Map<string, ReplicaKind>();
    for (const id of [...standby, ...active.filter((task) => standbys.has(task))]) kinds.set(id, 'standby');
    for (const id of warmup) kinds.set(id, 'warmup');
    for (const { id } of tasks) kinds.delete(id);
    if (kinds.size === 0) return [];
    return plan.tasks(this.#counts).flatMap((task) => {
      const kind = kinds.get(task.id);
      return kind === undefined ? [] : [{ task, kind }];
    });
  }

  #awaitHeldBack(tasks: readonly PlannedTask[]): void {
    const { instanceId, clock, log, rejoin } = this.options;
    const held = (this.#view.instances[instanceId]?.active ?? []).filter((id) => !tasks.some((task) => task.id === id));
    this.#cancelFollowUp();
    if (held.length === 0) return;
    const ask = (): void => {
      log.info({ tasks: held }, 'tasks meant for this instance are still held back: joining again');
      rejoin('tasks are held back');
    };
    this.#cancelFollowUp = clock.schedule(HELD_BACK_MS, ask, { unref: true });
  }

  /** A pattern has found a topic, or lost one. */
  async #changeInputs(owned: OwnedTask, task: PlannedTask): Promise<void> {
    const { inputs, opener } = this.options;
    const before = new Set(owned.inputs.map(partitionKey));
    owned.plan = task;
    if (!owned.task) return;
    owned.task.updateInputs(task.inputs);
    const added = task.inputs.filter((input) => !before.has(partitionKey(input)));
    inputs.seek(owned, await opener.startOf(owned, added));
  }
}
