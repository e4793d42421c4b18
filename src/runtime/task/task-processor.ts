import type { Counter } from '../../observability/metrics.js';
import type { RecordContext, StateStore } from '../../state/store.js';
import type { FlushListener, FlushOptions } from '../../state/task-state.js';
import type { ProcessorNode } from '../../topology/node.js';
import type {
  Cancellable,
  DropReason,
  NodeMetrics,
  Processor,
  ProcessorContext,
  ProcessorMetadata,
  PunctuationType,
  Punctuator,
  Record,
  RecordMetadata,
} from '../../topology/processor.js';
import type { Mailbox } from '../../topology/mailbox.js';
import type { Tick } from '../../topology/tick.js';
import { TopologyError } from '../../topology/topology-error.js';
import { invalid } from '../../util/errors.js';
import { toMillis, type Duration } from '../../util/time.js';
import { placed, respond } from './error-policy.js';
import { concernsTask, ProcessingFailedError } from './processing-failed-error.js';
import type { NodeDrops } from './task-metrics.js';
import type { TaskNode } from './task-node.js';
import type { TaskScope } from './task-scope.js';

const FAILURE_HINT = 'Mend the processor or the record; or let the processing policy skip such records.';

/** A processor of a running task, and the context that the processor is given. */
export class TaskProcessor implements TaskNode, ProcessorContext {
  readonly #scope: TaskScope;
  readonly #node: ProcessorNode;
  readonly #processed: Counter;
  readonly #drops: NodeDrops;
  #processor: Processor;
  #children: readonly TaskNode[] = [];

  constructor(scope: TaskScope, node: ProcessorNode) {
    this.#scope = scope;
    this.#node = node;
    this.#processed = scope.context.metrics.node(node.name);
    this.#drops = scope.context.metrics.drops(node.name);
    this.#processor = this.#make();
  }

  get name(): string {
    return this.#node.name;
  }
  get nodeName(): string {
    return this.#node.name;
  }
  get applicationId(): string {
    return this.#scope.applicationId;
  }
  get taskId(): string {
    return this.#scope.id;
  }
  get mailbox(): Mailbox {
    return this.#scope.mailboxOf(this);
  }
  get metrics(): NodeMetrics {
    return this.#scope.context.metrics.ofNode(this.name);
  }
  get emitIntervalMs(): number {
    return this.#scope.emitIntervalMs;
  }
  get metadata(): ProcessorMetadata {
    return this.#scope.metadata;
  }

  /** Joins the node to its children, in the order in which they were added to the topology. */
  connect(children: readonly TaskNode[]): void {
    this.#children = children;
  }

  initialize(): void {
    this.#processor.init?.(this);
  }

  /** Makes the processor anew; `initialize` comes next. */
  recreate(): void {
    this.#processor = this.#make();
  }

  close(): void {
    this.#processor.close?.();
  }

  receive(record: Record<unknown, unknown>): void {
    this.#processed.value++;
    const { calls } = this.#scope;
    const { depth } = calls;
    try {
      const result = this.#processor.process(record);
      if (result !== undefined) calls.add(this, result, depth);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Runs a punctuator of this node. */
  punctuate(timestampMs: number, punctuator: Punctuator): void {
    const { calls, context } = this.#scope;
    const { depth } = calls;
    context.enterPunctuation(timestampMs);
    try {
      const result = punctuator(timestampMs);
      if (result !== undefined) calls.add(this, result, depth);
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error: unknown): void {
    if (concernsTask(error)) throw error;
    const { context, errorPolicies, id, log } = this.#scope;
    const input = context.failedInput();
    const where = { task: id, node: this.name, ...placed(input) };
    context.metrics.processingError(this.name);
    const failure = { error, taskId: id, node: this.name, input };
    const response = respond(errorPolicies.processing, failure);
    if (response === 'fail') {
      context.tracing?.drop(this.name, 'PROCESSING_FAILED');
      const what = `processor "${this.name}" failed`;
      if (input !== undefined) throw new ProcessingFailedError('PROCESSING_FAILED', what, error, where, FAILURE_HINT);
      throw new ProcessingFailedError('PUNCTUATION_FAILED', `a punctuator of ${what}`, error, where, FAILURE_HINT);
    }
    context.dropped(this.#drops, 'processing');
    log.warn(where, 'a record was skipped because a processor failed');
    log.debug({ ...where, err: error }, 'why the record was skipped');
    if (response !== 'skip') this.#scope.deadLetters.write(response.deadLetter, failure, context.record.timestamp);
  }

  forward<K, V>(record: Record<K, V>, childName?: string): void {
    const { calls, context } = this.#scope;
    const current = context.record;
    const { timestamp, headers } = current;
    current.timestamp = record.timestamp;
    current.headers = record.headers;
    const children = childName === undefined ? this.#children : this.#childrenNamed(childName);
    for (let i = 0; i < children.length; i++) {
      const child = children[i] as TaskNode; // i is within bounds
      if (calls.active) calls.call(this, child, record);
      else child.receive(record);
    }
    current.timestamp = timestamp;
    current.headers = headers;
  }

  forwardFrom<K, V>(origin: RecordContext, record: Record<K, V>): void {
    const { context } = this.#scope;
    const { topic, partition, offset, timestamp, headers } = context.record;
    const { scope, input } = context;
    context.enterRecord(origin.topic, origin.partition, origin.offset, origin.timestamp, origin.headers);
    context.input = undefined;
    try {
      this.forward(record);
    } finally {
      context.input = input;
      context.enterRecord(topic, partition, offset, timestamp, headers);
      context.scope = scope;
    }
  }

  getStateStore<S extends StateStore>(name: string): S {
    const { globalStores, state } = this.#scope;
    const connected = this.#node.stores.includes(name) ? state.stores.get(name) : undefined;
    const store = globalStores.get(name) ?? connected;
    if (store === undefined) throw this.#notConnected(name);
    return store as S; // the caller names the type of the store that it declared
  }

  onStoreFlush<K, V>(storeName: string, listener: FlushListener<K, V>, options?: FlushOptions): boolean {
    const { caching, context, state } = this.#scope;
    const store = this.#node.stores.includes(storeName) ? state.stores.get(storeName) : undefined;
    if (store === undefined) throw this.#notConnected(storeName);
    if (!caching || !store.definition.caching) return false;
    const enter: FlushListener = (key, newValue, oldValue, timestamp, headers, origin) => {
      context.enterChange(origin, timestamp, headers);
      context.tracing?.flush(this.name, storeName, key, newValue);
      (listener as FlushListener)(key, newValue, oldValue, timestamp, headers, origin); // the store's types, as its definition has them
    };
    state.onFlush(storeName, enter, options);
    return true;
  }

  schedule(interval: Duration, type: PunctuationType, punctuator: Punctuator): Cancellable {
    const intervalMs = toMillis(interval);
    if (intervalMs >= 1) return this.#scope.schedule(this, intervalMs, type, punctuator);
    throw invalid('INVALID_PUNCTUATION_INTERVAL', `processor "${this.name}" schedules every ${String(interval)}`, {
      hint: 'The shortest interval is 1 ms.',
    });
  }

  recordMetadata(): RecordMetadata | undefined {
    const { record, scope } = this.#scope.context;
    if (scope !== 'record') return undefined;
    return { topic: record.topic, partition: record.partition, offset: record.offset };
  }

  currentStreamTimeMs(): number {
    return this.#scope.streamTimeMs();
  }

  currentSystemTimeMs(): number {
    return this.#scope.clock.nowMs();
  }

  commit(): void {
    this.#scope.requestCommit();
  }

  async room(): Promise<void> {
    const { calls, clock, collector } = this.#scope;
    await clock.yieldToEventLoop();
    await calls.turnOf(this);
    if (collector.full) await collector.drain();
  }

  forwarded(): Promise<void> | undefined {
    return this.#scope.calls.turnOf(this);
  }

  newTick(streamTimeMs: number): Tick | undefined {
    return this.#scope.newTick(streamTimeMs);
  }

  dropped(reason: DropReason): void {
    this.#scope.context.dropped(this.#drops, reason);
  }

  #make(): Processor {
    return this.#node.supplier() as Processor; // the node's types are guarded where the topology is built
  }

  #childrenNamed(childName: string): readonly TaskNode[] {
    const child = this.#children.find((node) => node.name === childName);
    if (child !== undefined) return [child];
    throw new TopologyError('UNKNOWN_CHILD', `processor "${this.name}" has no child "${childName}"`, {
      hint: `Its children are: ${this.#children.map((node) => node.name).join(', ') || 'none'}.`,
    });
  }

  #notConnected(storeName: string): TopologyError {
    return new TopologyError('STORE_NOT_CONNECTED', `processor "${this.name}" has no access to store "${storeName}"`, {
      detail: `Connected to it are: ${this.#node.stores.join(', ') || 'none'}.`,
      hint: 'Name the store where the processor is added, or connect it with connectProcessorAndStateStores.',
    });
  }
}
