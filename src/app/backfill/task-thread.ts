import { Worker } from 'node:worker_threads';
import type { HostAnswer, TaskHost } from '../../runtime/in-process/task-host.js';
import { internal } from '../../util/errors.js';
import type { Config } from '../config.js';
import { fromSentError, type SentError } from '../query-thread/thread-messages.js';
import type { RegistryAddress } from '../schema-registry.js';

/** What a thread of tasks is started with. */
export interface TaskThreadStart {
  /** The module that exports the topology. */
  readonly moduleUrl: string;
  readonly applicationId: string;
  readonly config: Config;
  readonly schemaRegistry: RegistryAddress | undefined;
  readonly cacheMaxBytes: number;
  readonly inputPartitions: ReadonlyMap<string, number>;
  readonly outputPartitions: ReadonlyMap<string, number>;
  /** Of outputs that are not among these. */
  readonly otherPartitions: number;
  /** A folder of this thread alone. */
  readonly stateDirectory: string;
  readonly host: number;
  readonly hosts: number;
}

/** What the thread is told to do: the methods of {@link TaskHost}. */
export type TaskCall =
  | { readonly method: 'run'; readonly subTopology: number; readonly nowMs: number; readonly records: Uint8Array }
  | { readonly method: 'commit'; readonly subTopology: number; readonly expire: boolean }
  | { readonly method: 'updateGlobals'; readonly records: Uint8Array }
  | { readonly method: 'commitGlobals' | 'close' };

export type ToTaskThread = TaskCall & { readonly id: number };

/** An answer, or how a call failed; the first, with the id 0, tells that the thread is ready. */
export type FromTaskThread = { readonly id: number } & (
  | { readonly answer: (Omit<HostAnswer, 'sent'> & { readonly sent: Uint8Array }) | undefined }
  | { readonly error: SentError }
);

interface Call {
  readonly resolve: (answer: HostAnswer | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Tasks in a thread of their own. */
export class TaskThread implements TaskHost {
  readonly #calls = new Map<number, Call>();
  #lastId = 0;
  /** Why no call is taken any more. */
  #failure: Error | undefined;
  readonly #ended: Promise<void>;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (message: FromTaskThread) => {
      this.#settle(message);
    });
    worker.on('error', (error: Error) => {
      this.#fail(error);
    });
    this.#ended = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#fail(internal('TASK_THREAD_ENDED', 'a thread of a backfill ended by itself'));
        resolve();
      });
    });
  }

  /** @throws MillraceError what opening the tasks throws */
  static async start(start: TaskThreadStart): Promise<TaskThread> {
    const thread = new TaskThread(new Worker(new URL('./task-thread-main.js', import.meta.url), { workerData: start }));
    await new Promise((resolve, reject) => {
      thread.#calls.set(0, { resolve, reject });
    });
    return thread;
  }

  async run(subTopology: number, nowMs: number, records: Buffer): Promise<HostAnswer> {
    return answered(await this.#ask({ method: 'run', subTopology, nowMs, records }, [memoryOf(records)]));
  }

  async commit(subTopology: number, expire: boolean): Promise<HostAnswer> {
    return answered(await this.#ask({ method: 'commit', subTopology, expire }));
  }

  async updateGlobals(records: Buffer): Promise<void> {
    await this.#ask({ method: 'updateGlobals', records });
  }

  async commitGlobals(): Promise<void> {
    await this.#ask({ method: 'commitGlobals' });
  }

  async close(): Promise<void> {
    if (this.#failure === undefined) await this.#ask({ method: 'close' });
    await this.#ended;
  }

  #ask(call: TaskCall, transfer: readonly ArrayBuffer[] = []): Promise<HostAnswer | undefined> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#calls.set(id, { resolve, reject });
      this.worker.postMessage({ ...call, id }, transfer);
    });
  }

  #settle(message: FromTaskThread): void {
    const call = this.#calls.get(message.id);
    this.#calls.delete(message.id);
    if ('error' in message) call?.reject(fromSentError(message.error));
    else call?.resolve(message.answer && { ...message.answer, sent: toBuffer(message.answer.sent) });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
  }
}

/** The memory of bytes that nothing else stands in: it goes over to the other thread. */
export function memoryOf(bytes: Buffer): ArrayBuffer {
  return bytes.buffer as ArrayBuffer; // stored records are never in shared memory
}

/** What came from another thread. */
export function toBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

function answered(answer: HostAnswer | undefined): HostAnswer {
  if (answer !== undefined) return answer;
  throw internal('TASK_THREAD_ENDED', 'a thread of a backfill has not answered what it was asked');
}
