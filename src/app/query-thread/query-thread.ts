import { Worker } from 'node:worker_threads';
import type { Logger } from '../../observability/log.js';
import type { Queries } from '../../query/query-methods.js';
import type { StreamsApplication } from '../../runtime/application.js';
import { internal } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import { CallAnswerer } from './answer-calls.js';
import { ForwardedQueries } from './forwarded-queries.js';
import { tellOfTasks } from './tell-of-tasks.js';
import {
  fromSentError,
  type ThreadCalls,
  type ThreadStart,
  type ToQueryThread,
  type ToStreamThread,
} from './thread-messages.js';

/** The gRPC server in a thread of its own, as the stream thread sees it. */
export interface QueryThread {
  readonly port: number;
  /** Its watches, for HTTP. */
  readonly watch: Queries['watch'];
  setServing(service: string, serving: boolean): void;
  /** The exposition of what the thread counts. */
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/**
 * Starts the query thread: committed reads cost the stream thread nothing; it answers the others with `calls`.
 * @param surroundings `onFailure` is called when the thread fails, now or later
 * @throws MillraceError `PORT_BUSY`, `INVALID_TOPOLOGY_FILE`
 */
export async function startQueryThread(
  start: ThreadStart,
  applications: readonly StreamsApplication[],
  calls: ThreadCalls,
  surroundings: { readonly clock: Clock; readonly log: Logger; readonly onFailure: (error: Error) => void },
): Promise<QueryThread> {
  const { clock, log, onFailure } = surroundings;
  const worker = new Worker(new URL('./query-thread-main.js', import.meta.url), { workerData: start });
  const send = (message: ToQueryThread): void => {
    worker.postMessage(message);
  };
  const answerer = new CallAnswerer(calls, send);
  const forwarded = new ForwardedQueries(send);
  const asked = new Map<number, (text: string) => void>();
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      for (const resolveMetrics of asked.values()) resolveMetrics('');
      resolve();
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    worker.on('error', (error: Error) => {
      reject(error);
      onFailure(error);
    });
    void exited.then(() => {
      reject(internal('QUERY_THREAD_ENDED', 'the query thread ended before it was ready'));
    });
    worker.on('message', (message: ToStreamThread) => {
      if (answerer.take(message) || forwarded.take(message)) return;
      if (message.type === 'ready') resolve(message.port);
      else if (message.type === 'failed') reject(fromSentError(message.error));
      else if (message.type === 'log') log[message.level](message.fields, message.message);
      else if (message.type === 'metrics') asked.get(message.id)?.(message.text);
    });
  });
  const stopTelling = tellOfTasks(applications, send, clock);
  let lastId = 0;
  return {
    port,
    watch: forwarded.queries.watch,
    setServing(service, serving) {
      send({ type: 'health', service, serving });
    },
    metrics: () =>
      new Promise((resolve) => {
        const id = ++lastId;
        asked.set(id, (text) => {
          asked.delete(id);
          resolve(text);
        });
        send({ type: 'metrics', id });
      }),
    close() {
      stopTelling();
      send({ type: 'close' });
      return exited;
    },
  };
}
