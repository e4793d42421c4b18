import { fork, type ChildProcess } from 'node:child_process';
import type { Logger } from '../../observability/log.js';
import type { ClientAccess } from '../../query/client/client-access.js';
import { remoteQueries, type RemoteQueries } from '../../query/client/remote-queries.js';
import type { ClusterView } from '../../runtime/cluster-view.js';
import { MillraceError } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import type { ProcessAddress } from '../ask-process.js';
import type { ToSupervisor } from './child-messages.js';
import { Restarts } from './restarts.js';

/** Exit code of a process that was called wrongly: it would end so again. */
const USAGE = 2;

export interface SupervisedProcessOptions {
  readonly index: number;
  /** The module to run, and its arguments. */
  readonly module: string;
  readonly args: readonly string[];
  readonly instanceId: string;
  /** The whole environment, asked for at each start. */
  readonly env: () => Readonly<Record<string, string | undefined>>;
  /** How it is called. */
  readonly access: ClientAccess;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChange: () => void;
  /** It has told who runs what, of one application. */
  readonly onCluster: (application: string, view: ClusterView) => void;
  /** It ended too often, or in a way that is no use to repeat. */
  readonly onGivenUp: (error: MillraceError) => void;
}

/** Where a process answers. */
export interface ProcessAnswers extends RemoteQueries {
  readonly http: ProcessAddress;
}

/** One child process, started again whenever it ends, until it is stopped. */
export class SupervisedProcess {
  /** Undefined while it does not answer. */
  answers: ProcessAnswers | undefined;
  #states: Readonly<Record<string, string>> = {};
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  /** The last one ended with exit code 0. */
  #endedWell = false;
  readonly #stop = new AbortController();
  readonly #restarts = new Restarts();

  constructor(private readonly options: SupervisedProcessOptions) {}

  get index(): number {
    return this.options.index;
  }

  get instanceId(): string {
    return this.options.instanceId;
  }

  /** State of each of its applications; `STARTING` of none. */
  get states(): Readonly<Record<string, string>> {
    return this.#states;
  }

  get ready(): boolean {
    const states = Object.values(this.#states);
    return this.answers !== undefined && states.length > 0 && states.every((state) => state === 'RUNNING');
  }

  start(): void {
    const { module, args, env, clock } = this.options;
    const startedMs = clock.monotonicMs();
    // A group of its own: Ctrl-C is for the supervisor, which stops its processes in its own way.
    const child = fork(module, [...args], {
      env: env(),
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    child.on('message', (message: ToSupervisor) => {
      this.#take(message);
    });
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#endedWell = code === 0;
        this.#gone();
        resolve();
        void this.#restart(clock.monotonicMs() - startedMs, code, signal);
      });
    });
  }

  /** SIGTERM, and SIGKILL at the deadline; gives whether it ended in time, and well. */
  async stop(timeoutMs?: number): Promise<boolean> {
    this.#stop.abort();
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return true;
    child.kill('SIGTERM');
    const cancel =
      timeoutMs === undefined ? undefined : this.options.clock.schedule(timeoutMs, () => child.kill('SIGKILL'));
    await this.#ended;
    cancel?.();
    return this.#endedWell;
  }

  #startUnlessStopped(): void {
    if (!this.#stop.signal.aborted) this.start();
  }

  #take(message: ToSupervisor): void {
    if (message.type === 'started') {
      const { grpcPort, httpPort } = message;
      const { clock, access } = this.options;
      const http = { host: `127.0.0.1:${httpPort}`, access };
      this.answers = { ...remoteQueries(`127.0.0.1:${grpcPort}`, clock, access), http };
    } else if (message.type === 'states') this.#states = message.states;
    else this.options.onCluster(message.application, message.view);
    this.options.onChange();
  }

  #gone(): void {
    this.answers?.close();
    this.answers = undefined;
    this.#states = {};
    this.options.onChange();
  }

  async #restart(ranForMs: number, code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const { index, log, clock } = this.options;
    const waitMs = code === USAGE ? undefined : this.#restarts.next(ranForMs);
    const end = { process: index, code, signal };
    if (waitMs === undefined) {
      log.error(end, 'a process ended too often: giving up');
      this.options.onGivenUp(givenUp(index, code ?? signal));
      return;
    }
    log.error({ ...end, waitMs }, 'a process ended: starting it again');
    await clock.sleep(waitMs, this.#stop.signal);
    this.#startUnlessStopped();
  }
}

function givenUp(index: number, end: number | string | null): MillraceError {
  return new MillraceError({
    code: 'PROCESS_GIVEN_UP',
    kind: 'unavailable',
    message: `process ${index} ended with ${String(end)} each time that it was started`,
    hint: 'Its log says why.',
    context: { process: index },
  });
}
