import type { StateStore } from '../state/store.js';
import type { BuiltTopology } from '../topology/node.js';
import type {
  CloseOptions,
  SnapshotOptions,
  StreamsApplication,
  StreamsApplicationOptions,
  TaskView,
} from './application.js';
import { ApplicationStatus, type ApplicationState, type StateListener } from './application-state.js';
import { asError } from './as-error.js';
import type { ClusterView } from './cluster-view.js';
import type { RestoreListener } from './restore/restore-listener.js';
import type { SnapshotManifest } from './snapshot/snapshot-manifest.js';
import type { SnapshotStorage } from './snapshot/snapshot-storage.js';
import type { DrainedTasks } from './snapshot/state-snapshots.js';
import { TaskChanges } from './task-changes.js';
import type { RecordTracer } from './trace/record-tracer.js';
import type { UncaughtErrorResponse, UncaughtErrors } from './uncaught-error.js';
import { untilRunning } from './until-running.js';

/** Makes one running instance, which asks what follows from its uncaught error before it ends. */
export type MakeInstance = (decide: (error: Error) => UncaughtErrorResponse) => StreamsApplication;

/**
 * An application whose instance is made anew where an uncaught error is answered with `replace`. To the outside it is one
 * and the same: while it is replaced it is REBALANCING.
 */
export class ReplaceableApplication implements StreamsApplication {
  readonly #status = new ApplicationStatus();
  readonly #restoreListeners = new Set<RestoreListener>();
  /** Who follows records, and what ends that. */
  readonly #tracers = new Map<RecordTracer, () => void>();
  readonly #taskChanges = new TaskChanges();
  readonly #stop = new AbortController();
  #instance: StreamsApplication;
  #response: UncaughtErrorResponse | undefined;
  #replacing: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: Pick<StreamsApplicationOptions, 'clock' | 'log' | 'applicationId'>,
    private readonly uncaught: UncaughtErrors,
    private readonly make: MakeInstance,
  ) {
    this.#instance = this.#makeInstance();
  }

  get applicationId(): string {
    return this.#instance.applicationId;
  }

  get instanceId(): string {
    return this.#instance.instanceId;
  }

  get topology(): BuiltTopology {
    return this.#instance.topology;
  }

  get state(): ApplicationState {
    return this.#status.state;
  }

  get error(): Error | undefined {
    return this.#status.state === 'REBALANCING' || this.#status.state === 'RUNNING' ? undefined : this.#instance.error;
  }

  /** As of an instance that is not replaced; an error at the start is not answered, but thrown. */
  async start(): Promise<void> {
    await this.#instance.start();
  }

  waitUntilRunning(): Promise<void> {
    return untilRunning(this);
  }

  async close(options: CloseOptions = {}): Promise<boolean> {
    this.#stop.abort();
    await this.#replacing;
    return this.#instance.close(options);
  }

  trace(tracer: RecordTracer): () => void {
    this.#tracers.set(tracer, this.#instance.trace(tracer));
    return () => {
      this.#tracers.get(tracer)?.();
      this.#tracers.delete(tracer);
    };
  }

  onStateChange(listener: StateListener): () => void {
    return this.#status.subscribe(listener);
  }

  onRestore(listener: RestoreListener): () => void {
    this.#restoreListeners.add(listener);
    return () => this.#restoreListeners.delete(listener);
  }

  onTasksChange(listener: () => void): () => void {
    return this.#taskChanges.subscribe(listener);
  }

  cluster(): ClusterView | undefined {
    return this.#instance.cluster();
  }

  store<S extends StateStore = StateStore>(name: string): S {
    return this.#instance.store<S>(name);
  }

  tasks(): readonly TaskView[] {
    return this.#instance.tasks();
  }

  standbys(): readonly TaskView[] {
    return this.#instance.standbys();
  }

  snapshot(storage: SnapshotStorage, options?: SnapshotOptions): Promise<readonly SnapshotManifest[]> {
    return this.#instance.snapshot(storage, options);
  }

  holdSources(forMs: number): void {
    this.#instance.holdSources(forMs);
  }

  releaseSources(): void {
    this.#instance.releaseSources();
  }

  drained(): Promise<DrainedTasks> {
    return this.#instance.drained();
  }

  get paused(): boolean {
    return this.#instance.paused;
  }

  pause(): void {
    this.#instance.pause();
  }

  resume(): void {
    this.#instance.resume();
  }

  #makeInstance(): StreamsApplication {
    const instance = this.make((error) => (this.#response = this.uncaught.respond(error)));
    instance.onStateChange((state) => {
      if (instance === this.#instance) this.#follow(state);
    });
    instance.onTasksChange(this.#taskChanges.tell);
    instance.onRestore({
      onRestoreStart: (...facts) => {
        for (const listener of this.#restoreListeners) listener.onRestoreStart?.(...facts);
      },
      onBatchRestored: (...facts) => {
        for (const listener of this.#restoreListeners) listener.onBatchRestored?.(...facts);
      },
      onRestoreEnd: (...facts) => {
        for (const listener of this.#restoreListeners) listener.onRestoreEnd?.(...facts);
      },
    });
    return instance;
  }

  /** The state of the instance is the application's, but for an error that is answered with a replacement. */
  #follow(state: ApplicationState): void {
    if (state !== 'ERROR' || this.#response !== 'replace' || this.#stop.signal.aborted) {
      this.#status.tryTo(state);
      return;
    }
    this.#status.tryTo('REBALANCING');
    this.#replacing = this.#replace();
  }

  async #replace(): Promise<void> {
    const failed = this.#instance;
    const next = this.#makeInstance();
    if (failed.paused) next.pause();
    for (const tracer of this.#tracers.keys()) this.#tracers.set(tracer, next.trace(tracer));
    this.#instance = next; // from here on nothing follows the one that failed
    await failed.close();
    const delayMs = this.uncaught.replacing();
    this.options.log.warn({ application: this.applicationId, delayMs }, 'the instance is replaced');
    await this.options.clock.sleep(delayMs, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    try {
      await next.start();
    } catch (error) {
      this.options.log.error({ err: asError(error) }, 'the replacement did not start');
    }
  }
}
