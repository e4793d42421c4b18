import type { Member } from '../broker/client/client.js';
import type { Logger } from '../observability/log.js';
import type { StateStore } from '../state/store.js';
import type { BuiltTopology } from '../topology/node.js';
import { invalid } from '../util/errors.js';
import type {
  CloseOptions,
  SnapshotOptions,
  StreamsApplication,
  StreamsApplicationOptions,
  TaskView,
} from './application.js';
import type { ApplicationState, StateListener } from './application-state.js';
import { asError } from './as-error.js';
import type { ClusterView } from './cluster-view.js';
import { ApplicationParts } from './application-parts.js';
import { prepareSerdes } from './prepare-serdes.js';
import type { RestoreListener } from './restore/restore-listener.js';
import { ReplaceableApplication } from './replaceable-application.js';
import type { SnapshotManifest } from './snapshot/snapshot-manifest.js';
import type { SnapshotStorage } from './snapshot/snapshot-storage.js';
import type { DrainedTasks } from './snapshot/state-snapshots.js';
import { StoreViews } from './store-view/store-views.js';
import { ApplicationTracing } from './trace/application-tracing.js';
import type { RecordTracer } from './trace/record-tracer.js';
import { UncaughtErrors, type UncaughtErrorResponse } from './uncaught-error.js';
import { notRunning, untilRunning } from './until-running.js';

const CLOSE_TIMEOUT_MS = 30_000;
/** How long the group may take to hear that all are to stop. */
const TELL_TIMEOUT_MS = 10_000;
/** How long calls that are under way may take to end when the application closes, as long as there is time for the rest. */
const DRAIN_TIMEOUT_MS = 10_000;
/** How often a closing application looks whether calls have ended and the group has settled, so that it may commit. */
const SETTLE_MS = 10;

/** One running instance of an application: its loop, its tasks, its place in the group. Nothing runs before `start`. */
export function createStreamsApplication(options: StreamsApplicationOptions): StreamsApplication {
  const { onUncaughtError, clock } = options;
  if (onUncaughtError === undefined) return new RunningApplication(options, () => 'shutdownClient');
  const uncaught = new UncaughtErrors(onUncaughtError, clock);
  return new ReplaceableApplication(options, uncaught, (decide) => new RunningApplication(options, decide));
}

/** How an application ends. */
interface Ending {
  /** All is well: calls under way may end, and what was done is committed. */
  readonly commit: boolean;
  readonly leaveGroup: boolean;
  readonly drainMs: number;
}

class RunningApplication implements StreamsApplication {
  readonly applicationId: string;
  readonly instanceId: string;
  readonly topology: BuiltTopology;
  readonly #options: StreamsApplicationOptions;
  readonly #parts: ApplicationParts;
  readonly #stores: StoreViews;
  readonly #tracing: ApplicationTracing;
  readonly #log: Logger;
  #error: Error | undefined;
  #failing = false;
  #loop: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  #closing: Promise<boolean> | undefined;

  constructor(
    options: StreamsApplicationOptions,
    private readonly decide: (error: Error) => UncaughtErrorResponse,
  ) {
    this.#options = options;
    this.applicationId = options.applicationId;
    this.instanceId = options.instanceId;
    this.topology = options.topology;
    this.#log = options.log.child({ application: options.applicationId });
    this.#parts = new ApplicationParts({ ...options, log: this.#log }, (error) => {
      this.#fail(error);
    });
    this.#stores = new StoreViews(options.topology, this.#parts, () => this.state);
    this.#tracing = new ApplicationTracing(this.#parts.registry, this.#parts.globals.stores);
  }

  get state(): ApplicationState {
    return this.#parts.status.state;
  }

  get error(): Error | undefined {
    return this.#error;
  }

  async start(): Promise<void> {
    const { status, records, patience, globals, watch, catalog, held, upkeep, loop, member } = this.#parts;
    if (status.state !== 'CREATED') {
      throw invalid('APPLICATION_STARTED', `application "${this.applicationId}" was started before`, {
        hint: 'Make a new application to start again.',
      });
    }
    status.to('REBALANCING');
    try {
      // fences an earlier self of this instance before it can meet its successor in the group
      await patience.retry('preparing the writer', () => records.writer.init());
      await patience.retry('looking at topics', () => watch.start());
      await patience.retry('reading the state catalog', () => catalog.open(watch.names));
      await patience.retry('preparing serdes', () => prepareSerdes(this.#options));
      await held.load();
      await globals.start();
    } catch (error) {
      this.#throwIfClosed();
      this.#fail(error);
      throw error;
    }
    this.#throwIfClosed();
    upkeep.start();
    this.#loop = loop.run();
    member.start();
  }

  waitUntilRunning(): Promise<void> {
    return untilRunning(this);
  }

  close(options: CloseOptions = {}): Promise<boolean> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  get paused(): boolean {
    return this.#parts.slices.paused;
  }

  pause(): void {
    if (!this.paused) this.#log.info({}, 'paused: tasks take no further records');
    this.#parts.slices.paused = true;
  }

  resume(): void {
    if (this.paused) this.#log.info({}, 'resumed');
    this.#parts.slices.paused = false;
  }

  snapshot(storage: SnapshotStorage, options: SnapshotOptions = {}): Promise<readonly SnapshotManifest[]> {
    return this.#parts.snapshots.take(storage, options);
  }

  holdSources(forMs: number): void {
    this.#parts.snapshots.hold(forMs);
  }

  releaseSources(): void {
    this.#parts.snapshots.release();
  }

  drained(): Promise<DrainedTasks> {
    return this.#parts.snapshots.drained();
  }

  trace(tracer: RecordTracer): () => void {
    return this.#tracing.add(tracer);
  }

  onStateChange(listener: StateListener): () => void {
    return this.#parts.status.subscribe(listener);
  }

  onRestore(listener: RestoreListener): () => void {
    return this.#parts.restoreListeners.add(listener);
  }

  onTasksChange(listener: () => void): () => void {
    return this.#parts.taskChanges.subscribe(listener);
  }

  cluster(): ClusterView | undefined {
    return this.#parts.cluster;
  }

  store<S extends StateStore = StateStore>(name: string): S {
    return this.#stores.view(name) as S; // as: the caller names the type that its topology gave the store
  }

  tasks(): readonly TaskView[] {
    return this.#parts.registry.views();
  }

  standbys(): readonly TaskView[] {
    return this.#parts.standbys.views();
  }

  #throwIfClosed(): void {
    if (this.#ending) throw notRunning(this.applicationId, this.state);
  }

  async #close({ timeoutMs = CLOSE_TIMEOUT_MS, ...options }: CloseOptions): Promise<boolean> {
    const { status } = this.#parts;
    const leaveGroup = options.leaveGroup ?? (this.#options.standbys ?? 0) > 0;
    if (status.state === 'NOT_RUNNING') return true;
    const failed = status.state === 'ERROR';
    status.to('PENDING_SHUTDOWN');
    const drainMs = Math.min(DRAIN_TIMEOUT_MS, timeoutMs / 3);
    const ended = this.#end({ commit: !failed, leaveGroup, drainMs }).then(() => true);
    const inTime = await Promise.race([ended, this.#timeOut(timeoutMs)]);
    if (!inTime) this.#log.warn({ timeoutMs }, 'did not close in time: what is not committed will be processed again');
    this.#parts.giveUp.abort();
    status.tryTo('PENDING_SHUTDOWN'); // from ERROR, where something failed while it closed
    status.to('NOT_RUNNING');
    return inTime;
  }

  #timeOut(timeoutMs: number): Promise<false> {
    return new Promise((resolve) => {
      this.#options.clock.schedule(
        timeoutMs,
        () => {
          resolve(false);
        },
        { unref: true },
      );
    });
  }

  #fail(reason: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    const error = asError(reason);
    const response = this.decide(error);
    this.#log.error({ err: error, response }, `the application stops: ${error.message}`);
    if (response === 'shutdownApplication') void this.#tellGroup(error);
    else this.#stopWith(error);
  }

  #stopWith(error: Error): void {
    this.#error = error;
    this.#parts.status.tryTo('ERROR');
    void this.#end({ commit: false, leaveGroup: true, drainMs: 0 });
  }

  /** Every member, this one included, learns from the next assignment that all are to stop. */
  async #tellGroup(error: Error): Promise<void> {
    await this.#parts.askForShutdown(error.message, this.#options.sessionTimeoutMs ?? TELL_TIMEOUT_MS);
    this.#stopWith(error);
  }

  /** Stops everything, once. With a commit if all is well. */
  #end(how: Ending): Promise<void> {
    this.#ending ??= this.#stopParts(how).catch((error: unknown) => {
      this.#log.error({ err: error }, 'closing failed');
    });
    return this.#ending;
  }

  async #stopParts({ commit, leaveGroup, drainMs }: Ending): Promise<void> {
    const { watch, upkeep, commands, loop, lifecycle, registry, member, standbys } = this.#parts;
    const { restore, reader, records, globals } = this.#parts;
    watch.stop();
    upkeep.stop();
    if (commit) await this.#drain(drainMs);
    if (commit) await this.#settled(member);
    else this.#parts.giveUp.abort();
    if (!this.#loop) await commands.close();
    const { leaving } = await commands.run(async () => {
      loop.stop();
      if (commit && member.metadata) await this.#lastCommit();
      // before anything is closed, so that others take over meanwhile; awaited later, since it may wait for a command
      const leaving = member.stop({ evenStatic: leaveGroup });
      await lifecycle.releaseAll(registry.all);
      return { leaving };
    });
    await this.#loop;
    await leaving;
    await standbys.closeAll();
    await restore.close();
    await globals.close();
    if (records.writer.inTransaction) await records.writer.abort().catch(() => undefined);
    await records.writer.close();
    await reader.close();
  }

  /** Lets calls end that are under way; the results of those that do not are called for again by whoever has the task next. */
  async #drain(withinMs: number): Promise<void> {
    const { clock } = this.#options;
    const { registry, giveUp } = this.#parts;
    if (this.paused) return;
    const deadline = clock.monotonicMs() + withinMs;
    for (const { task } of registry.running) task?.drain();
    const draining = (): boolean => registry.running.some(({ task }) => task?.drained === false);
    while (draining() && !giveUp.signal.aborted && clock.monotonicMs() < deadline) await clock.sleep(SETTLE_MS);
  }

  async #lastCommit(): Promise<void> {
    try {
      await this.#parts.loop.commitNow();
    } catch (error) {
      this.#log.warn({ err: error }, 'the last commit failed: its records will be processed again');
    }
  }

  /** Between the join and the new assignment nothing may be committed. */
  async #settled(member: Member): Promise<void> {
    while (member.rebalancing && member.metadata && !this.#parts.giveUp.signal.aborted) {
      await this.#options.clock.sleep(SETTLE_MS);
    }
  }
}
