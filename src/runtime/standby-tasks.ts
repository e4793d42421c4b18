import { partitionKey, type Admin } from '../broker/client/client.js';
import type { Logger } from '../observability/log.js';
import type { CancelTimer, Clock } from '../util/time.js';
import type { TaskView } from './application.js';
import type { ApplicationMetrics } from './application-metrics.js';
import { compareTasks } from './assignment/task-order.js';
import type { PlannedTask } from './assignment/task-plan.js';
import type { HeldState } from './held-state.js';
import type { Patience } from './patience.js';
import type { ChangelogReader } from './restore/changelog-reader.js';
import type { TaskChangelogs } from './restore/task-changelogs.js';
import { StandbyTask, type ReplicaKind } from './standby-task.js';
import type { OpenState, TaskStates } from './task-states.js';
import { viewOfStandby } from './task-view.js';

/** How often the committed offsets are looked up, where changelogs are inputs. */
const REFRESH_MS = 1_000;

export interface StandbyTasksOptions {
  readonly groupId: string;
  readonly admin: Pick<Admin, 'committedOffsets'>;
  readonly states: TaskStates;
  readonly changelogs: TaskChangelogs;
  readonly restore: ChangelogReader;
  readonly held: HeldState;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly metrics: ApplicationMetrics;
  readonly log: Logger;
  readonly acceptableRecoveryLag: number;
  readonly probingRebalanceIntervalMs: number;
  readonly rejoin: (reason: string) => void;
}

/** A replica that this instance is to keep. */
export interface WantedReplica {
  readonly task: PlannedTask;
  readonly kind: ReplicaKind;
}

/**
 * The replicas of this instance: standbys, and warm-ups of tasks that are to move here. They follow their changelogs
 * beside the loop. A replica that fails is logged and left out until the next assignment; no task depends on it.
 */
export class StandbyTasks {
  readonly #tasks = new Map<string, StandbyTask>();
  /** Replicas that end; the same task opens again only after that. */
  readonly #ending = new Map<string, Promise<unknown>>();
  #cancelRefresh: CancelTimer | undefined;
  #cancelProbing: CancelTimer = () => undefined;
  /** Warm-ups that have asked to be moved. */
  readonly #asked = new WeakSet<StandbyTask>();

  constructor(private readonly options: StandbyTasksOptions) {}

  get all(): readonly StandbyTask[] {
    return [...this.#tasks.values()];
  }

  has(taskId: string): boolean {
    return this.#tasks.has(taskId);
  }

  /** A snapshot of every replica, in the order of their tasks. */
  views(): readonly TaskView[] {
    return this.all.map(viewOfStandby).sort((a, b) => compareTasks(a.id, b.id));
  }

  /** Keeps these replicas and no others. @param taskCount tasks of this instance, which share its memory */
  keep(wanted: readonly WantedReplica[], taskCount: number): void {
    const ids = new Set(wanted.map(({ task }) => task.id));
    for (const standby of this.all) if (!ids.has(standby.id)) void this.#close(standby);
    for (const { task, kind } of wanted) {
      const known = this.#tasks.get(task.id);
      if (known) known.kind = kind;
      else this.#start(new StandbyTask(task, kind), taskCount);
    }
    for (const standby of this.all) this.#askIfWarm(standby);
  }

  /** Ends a replica and hands over its state, open; undefined if there is none. */
  async take(taskId: string): Promise<OpenState | undefined> {
    const standby = this.#tasks.get(taskId);
    if (standby) {
      this.options.held.handedOver(taskId, standby.position);
      return this.#end(standby);
    }
    await this.#ending.get(taskId);
    return undefined;
  }

  async closeAll(): Promise<void> {
    this.#cancelRefresh?.();
    this.#cancelProbing();
    await Promise.all(this.all.map((standby) => this.#close(standby)));
    await Promise.all(this.#ending.values());
  }

  #start(standby: StandbyTask, taskCount: number): void {
    this.options.log.info({ task: standby.id, kind: standby.kind }, 'following a task');
    this.#tasks.set(standby.id, standby);
    const before = this.#ending.get(standby.id);
    standby.ended = this.#follow(standby, taskCount, before).catch(async (error: unknown) => {
      if (standby.cancelled) return;
      this.options.log.error({ err: error, task: standby.id }, 'a standby failed: it is left out for now');
      standby.ended = Promise.resolve();
      await this.#close(standby);
    });
  }

  async #follow(standby: StandbyTask, taskCount: number, before: Promise<unknown> | undefined): Promise<void> {
    const { states, changelogs, restore, patience, metrics, held } = this.options;
    await before;
    if (givenUp(standby)) return;
    const opened = await states.start(standby.plan, taskCount, () => !givenUp(standby));
    if (opened === undefined) return;
    standby.opened = opened;
    const { state } = opened;
    const find = async () => changelogs.locate(standby.plan, state, await this.#committed([standby]));
    const located = await patience.retry('looking at changelogs', find);
    if (givenUp(standby)) return;
    standby.changelogs = located;
    held.opened(standby.id);
    standby.unwatch = metrics.watchStandby(standby);
    this.#refreshSoon();
    const onFollowed = (): void => {
      this.#askIfWarm(standby);
    };
    onFollowed();
    await Promise.all(located.map((changelog) => restore.follow({ taskId: standby.id, state, changelog }, onFollowed)));
  }

  /** Ends a replica: nothing reads for it when this resolves with its state, still open. */
  #end(standby: StandbyTask): Promise<OpenState | undefined> {
    const end = async (): Promise<OpenState | undefined> => {
      standby.cancel();
      this.options.restore.cancel(standby.id);
      await standby.ended;
      standby.unwatch();
      return standby.opened && { ...standby.opened, caughtUpMs: standby.caughtUpMs };
    };
    this.#tasks.delete(standby.id);
    return this.#whileEnding(standby.id, end());
  }

  #close(standby: StandbyTask): Promise<void> {
    const close = async (opened: OpenState | undefined): Promise<void> => {
      if (!opened) return;
      opened.context.metrics.remove();
      this.options.held.closed(standby.plan, opened.state);
      await opened.state.close();
    };
    const closing = this.#end(standby)
      .then(close)
      .catch((error: unknown) => {
        this.options.log.error({ err: error, task: standby.id }, 'a standby did not close');
      });
    return this.#whileEnding(standby.id, closing);
  }

  #whileEnding<T>(taskId: string, ending: Promise<T>): Promise<T> {
    this.#ending.set(taskId, ending);
    const forget = (): void => {
      if (this.#ending.get(taskId) === ending) this.#ending.delete(taskId);
    };
    ending.then(forget, forget);
    return ending;
  }

  /** A warm-up that has caught up asks for the assignment that moves its task. */
  #askIfWarm(standby: StandbyTask): void {
    const { id, kind, lag = Infinity } = standby;
    const { acceptableRecoveryLag, clock, log, rejoin, probingRebalanceIntervalMs } = this.options;
    if (kind !== 'warmup' || lag > acceptableRecoveryLag || this.#asked.has(standby)) return;
    this.#asked.add(standby);
    log.info({ task: id, lag }, 'warmed up: joining again');
    rejoin('a task is warmed up');
    this.#cancelProbing();
    const askAgain = (): void => {
      for (const each of this.all) {
        this.#asked.delete(each);
        this.#askIfWarm(each);
      }
    };
    this.#cancelProbing = clock.schedule(probingRebalanceIntervalMs, askAgain, { unref: true });
  }

  /** What is committed of the inputs that are changelogs too. */
  async #committed(standbys: readonly StandbyTask[]): ReturnType<Admin['committedOffsets']> {
    const { admin, groupId } = this.options;
    const inputs = standbys
      .filter(({ plan }) => plan.subTopology.sourceChangelogs.size > 0)
      .flatMap(({ plan }) => plan.inputs);
    return inputs.length === 0 ? new Map() : admin.committedOffsets(groupId, inputs);
  }

  #refreshSoon(): void {
    const inputs = this.all.some(({ changelogs }) => changelogs.some(({ isInput }) => isInput));
    if (!inputs || this.#cancelRefresh) return;
    const refresh = (): void => {
      this.#refresh()
        .catch((error: unknown) => {
          this.options.log.debug({ err: error }, 'looking at committed offsets failed, trying again');
        })
        .finally(() => {
          this.#cancelRefresh = undefined;
          this.#refreshSoon();
        });
    };
    this.#cancelRefresh = this.options.clock.schedule(REFRESH_MS, refresh, { unref: true });
  }

  async #refresh(): Promise<void> {
    const committed = await this.#committed(this.all);
    for (const { id, changelogs } of this.all) {
      for (const changelog of changelogs) {
        const offset = committed.get(partitionKey(changelog))?.offset ?? 0;
        if (changelog.isInput) changelog.endOffset = Math.max(changelog.endOffset, offset);
      }
      this.options.restore.goOn(id);
    }
  }
}

/** A call, since the answer changes while an opening waits. */
function givenUp(standby: StandbyTask): boolean {
  return standby.cancelled;
}
