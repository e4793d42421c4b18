import type { Record } from '../../topology/processor.js';
import type { RecordQueue } from '../task/record-queue.js';
import type { Task } from '../task/task.js';
import type { TaskNode } from '../task/task-node.js';
import type { TaskSink } from '../task/task-sink.js';
import type { TaskTracing } from '../task/task-tracing.js';
import { carriedTraces } from '../task/trace-header.js';
import { probeStore } from './probe-store.js';
import type { RecordTracer, TraceEvent } from './record-tracer.js';
import { Trace, type CurrentSite } from './trace.js';

/** Most records of a task whose results are waited for: what record caches and buffers hold back of earlier ones is not told. */
const MOST_TRACES = 10_000;

/**
 * A task whose records are followed. What happens belongs to a trace if the current record, by its place, is one that is
 * followed: so what comes of it later (a record cache is flushed, a call has an outcome) is known as well.
 */
export class TracedTask implements TaskTracing {
  /** By place, the oldest first. */
  readonly #traces = new Map<string, Trace>();
  readonly #probes: readonly (() => void)[];
  #drops = 0;
  /** Place and trace that were asked for last. */
  readonly #asked: { topic: string; partition: number; offset: number; trace: Trace | undefined } = {
    topic: '',
    partition: -1,
    offset: -1,
    trace: undefined,
  };

  constructor(
    private readonly task: Pick<Task, 'id' | 'context' | 'state'>,
    private readonly tracers: () => readonly RecordTracer[],
    private readonly current: CurrentSite,
  ) {
    this.#probes = [...task.state.stores.values()].map((store) => probeStore(store, current));
  }

  /** Leaves the stores as they were. */
  end(): void {
    for (const remove of this.#probes) remove();
  }

  read(input: RecordQueue, record: Record<unknown, unknown>): void {
    const { topic, partition, takenOffset: offset, source } = input;
    if (source.ofTicks) return;
    const trace = this.#traces.get(placeOf(topic, partition, offset)) ?? this.#begin(input, record);
    Object.assign(this.#asked, { topic, partition, offset, trace });
    trace?.tell(this.task.id, source.name, { kind: 'read', topic, partition, offset, record });
  }

  handOver(input: RecordQueue, record: Record<unknown, unknown>, sink: string): void {
    this.read(input, record);
    this.#asked.trace?.tell(this.task.id, sink, { kind: 'send', to: sink, record });
  }

  flush(node: string, store: string, key: unknown, value: unknown): void {
    const event = { kind: 'store', store, operation: 'flush', value: value ?? undefined } as const;
    const kind = this.task.state.stores.get(store)?.definition.kind;
    if (kind === 'window' || kind === 'session') {
      const { key: inner, start } = key as { readonly key: unknown; readonly start: number }; // as: keys of such stores are windowed
      this.#tell(node, { ...event, key: inner, windowStartMs: start });
    } else this.#tell(node, { ...event, key, windowStartMs: undefined });
  }

  drop(node: string, reason: string): void {
    this.#drops++;
    this.#tell(node, { kind: 'drop', reason });
  }

  around(node: TaskNode): TaskNode {
    return {
      name: node.name,
      receive: (record) => {
        this.#tell(node.name, { kind: 'process', record });
        this.#visit(node, record);
      },
      failed: (error) => {
        node.failed(error);
      },
    };
  }

  aroundSink(sink: TaskSink): TaskNode {
    return {
      name: sink.name,
      receive: (record) => {
        this.#send(sink, record);
      },
      failed: (error) => {
        sink.failed(error);
      },
    };
  }

  #begin(input: RecordQueue, record: Record<unknown, unknown>): Trace | undefined {
    const { topic, partition, takenOffset, source } = input;
    const carried = source.readsInternal(topic) ? carriedTraces(input.takenHeaders()) : [];
    const followers = this.tracers().filter(
      (tracer) => carried.some((each) => each.tracer === tracer.id) || tracer.tryFollow(topic, record.key),
    );
    if (followers.length === 0) return undefined;
    const place = placeOf(topic, partition, takenOffset);
    const begun = carried.find(({ tracer }) => followers.some(({ id }) => id === tracer));
    const trace = new Trace(begun?.trace ?? place, followers);
    this.#traces.set(place, trace);
    const [oldest] = this.#traces.size > MOST_TRACES ? this.#traces.keys() : [];
    if (oldest !== undefined) this.#traces.delete(oldest);
    return trace;
  }

  /** The trace that the current record belongs to. */
  #trace(): Trace | undefined {
    const asked = this.#asked;
    const { topic, partition, offset } = this.task.context.record;
    if (offset !== asked.offset || partition !== asked.partition || topic !== asked.topic) {
      Object.assign(asked, { topic, partition, offset, trace: this.#traces.get(placeOf(topic, partition, offset)) });
    }
    return asked.trace;
  }

  #tell(node: string, event: TraceEvent): void {
    this.#trace()?.tell(this.task.id, node, event);
  }

  /** Has a node take a record, as the one whose doing it is what happens to stores. */
  #visit(node: TaskNode, record: Record<unknown, unknown>): void {
    const trace = this.#trace();
    const outer = this.current.site;
    this.current.site = trace && { trace, taskId: this.task.id, node: node.name };
    try {
      node.receive(record);
    } finally {
      this.current.site = outer;
    }
  }

  #send(sink: TaskSink, record: Record<unknown, unknown>): void {
    const trace = this.#trace();
    if (trace === undefined) {
      sink.receive(record);
      return;
    }
    const drops = this.#drops;
    sink.receive(sink.internal ? record.withHeaders([...record.headers, ...trace.headers]) : record);
    if (this.#drops === drops) trace.tell(this.task.id, sink.name, { kind: 'send', to: sink.lastTopic ?? '', record });
  }
}

function placeOf(topic: string, partition: number, offset: number): string {
  return `${topic}-${partition}@${offset}`;
}
