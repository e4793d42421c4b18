import type { StreamsApplication } from '../../src/runtime/application.js';
import type { RecordTracer, TraceStep } from '../../src/runtime/trace/record-tracer.js';
import type { BuiltTopology } from '../../src/topology/node.js';
import { toJson } from '../../src/query/json-value.js';
import { EmbeddedCluster } from './embedded-cluster.js';
import { testApplication } from './running-application.js';

/** An application on an embedded broker that tells of the records of one key, a line for each step. */
export class FollowedApplication {
  readonly lines: string[] = [];
  readonly traces = new Set<string>();
  readonly stop: () => void;
  #closed = false;

  private constructor(
    readonly cluster: EmbeddedCluster,
    readonly application: StreamsApplication,
    key: string,
  ) {
    const tracer: RecordTracer = {
      id: 'tracer',
      tryFollow: (topic, recordKey) => !topic.startsWith('app-') && recordKey === key,
      take: (step) => {
        this.traces.add(step.traceId);
        this.lines.push(lineOf(step));
      },
    };
    this.stop = application.trace(tracer);
  }

  /** @param topics partitions by topic */
  static async start(
    topology: BuiltTopology,
    topics: Readonly<Record<string, number>>,
    key: string,
    options: Partial<Parameters<typeof testApplication>[0]> = {},
  ): Promise<FollowedApplication> {
    const cluster = await EmbeddedCluster.open(topics);
    const application = testApplication({ topology, client: cluster.client(), ...options });
    const followed = new FollowedApplication(cluster, application, key);
    await application.start();
    await application.waitUntilRunning();
    return followed;
  }

  /** Resolves with all lines when one of them matches. */
  async until(last: RegExp): Promise<readonly string[]> {
    while (!this.lines.some((line) => last.test(line))) {
      if (this.#closed) throw new Error(`no line matches ${String(last)}:\n${this.lines.join('\n')}`);
      await this.cluster.pause();
    }
    return this.lines;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.stop();
    await this.application.close();
    await this.cluster.close();
  }
}

/** `<task> <node without its number>: <what happened>` */
function lineOf({ taskId, node, event }: TraceStep): string {
  const at = `${taskId} ${node.replace(/-\d{10}/g, '')}:`;
  const text = (value: unknown): string => JSON.stringify(value === undefined ? undefined : toJson(value));
  switch (event.kind) {
    case 'read':
      return `${at} read ${event.topic} ${text(event.record.key)}=${text(event.record.value)}`;
    case 'process':
      return `${at} process ${text(event.record.key)}=${text(event.record.value)}`;
    case 'send':
      return `${at} send ${event.to} ${text(event.record.key)}=${text(event.record.value)}`;
    case 'drop':
      return `${at} drop ${event.reason}`;
    case 'store': {
      const window = event.windowStartMs === undefined ? '' : `@${event.windowStartMs}`;
      return `${at} ${event.operation} ${event.store} ${text(event.key)}${window}=${text(event.value)}`;
    }
  }
}
