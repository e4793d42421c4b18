import type { ConnectorNode, SourceNode, SubTopology, TopologyNode } from '../../topology/node.js';
import { resolveTopic } from '../../topology/node.js';
import { internal, invalid, MillraceError } from '../../util/errors.js';
import { ProcessingFailedError } from './processing-failed-error.js';
import type { TaskNode } from './task-node.js';
import { TaskProcessor } from './task-processor.js';
import type { TaskScope } from './task-scope.js';
import { TaskSink } from './task-sink.js';
import { TaskSource } from './task-source.js';
import type { TaskTracing } from './task-tracing.js';

/** The nodes of one task, joined as the topology says. */
export class ProcessorGraph {
  readonly #scope: TaskScope;
  readonly #declared: readonly Exclude<TopologyNode, ConnectorNode>[];
  readonly #nodes = new Map<string, TaskNode>();
  readonly #processors: TaskProcessor[] = [];
  /** Sources and sinks. */
  readonly #ends: readonly TaskNode[];
  readonly #sourcesByTopic = new Map<string, TaskSource>();
  readonly #sourcesByPattern: (readonly [RegExp, TaskSource])[] = [];

  constructor(scope: TaskScope, subTopologies: readonly SubTopology[]) {
    this.#scope = scope;
    const nodes = subTopologies.flatMap((subTopology) => subTopology.nodes.filter((node) => node.kind !== 'connector'));
    for (const node of nodes) this.#nodes.set(node.name, this.#make(node));
    this.#declared = nodes;
    this.trace(undefined);
    this.#ends = [...this.#nodes.values()].filter((node) => node.observeAge !== undefined);
  }

  /**
   * The source that reads a topic, by its name on the broker.
   * @throws MillraceError `TOPIC_NOT_IN_TOPOLOGY`
   */
  sourceOf(topic: string): TaskSource {
    const source =
      this.#sourcesByTopic.get(topic) ?? this.#sourcesByPattern.find(([pattern]) => pattern.test(topic))?.[1];
    if (source !== undefined) return source;
    throw invalid('TOPIC_NOT_IN_TOPOLOGY', `topic "${topic}" is read by no source of task ${this.#scope.id}`, {
      hint: 'Instances of one application must run the same topology, with its operators in the same order.',
    });
  }

  /** Calls every processor's `init`, in the order of the topology. */
  initialize(): void {
    this.#scope.context.scope = 'none';
    for (const processor of this.#processors) {
      try {
        processor.initialize();
      } catch (error) {
        throw error instanceof MillraceError
          ? error
          : this.#stepError('PROCESSOR_INIT_FAILED', 'init', processor, error);
      }
    }
  }

  /** Makes every processor anew; {@link initialize} comes next. */
  recreate(): void {
    for (const processor of this.#processors) processor.recreate();
  }

  /** Closes every processor, then throws the first failure. */
  close(): void {
    const failures: Error[] = [];
    for (const processor of this.#processors) {
      try {
        processor.close();
      } catch (error) {
        failures.push(this.#stepError('PROCESSOR_CLOSE_FAILED', 'close', processor, error));
      }
    }
    if (failures[0] !== undefined) throw failures[0];
  }

  /** Joins the nodes to their children: to what is put before these while records are followed, else to themselves. */
  trace(tracing: TaskTracing | undefined): void {
    for (const node of this.#declared) this.#connect(node, tracing);
  }

  /** Observes how old the last records at sources and sinks are; once per slice. */
  observeAges(nowMs: number): void {
    for (const node of this.#ends) node.observeAge?.(nowMs);
  }

  #make(node: Exclude<TopologyNode, ConnectorNode>): TaskNode {
    if (node.kind === 'sink') return new TaskSink(this.#scope, node);
    if (node.kind === 'source') return this.#makeSource(node);
    const processor = new TaskProcessor(this.#scope, node);
    this.#processors.push(processor);
    return processor;
  }

  #makeSource(node: SourceNode): TaskSource {
    const { applicationId, repartitionTopics } = this.#scope;
    const source = new TaskSource(this.#scope, node);
    for (const topic of node.topics) {
      this.#sourcesByTopic.set(resolveTopic(applicationId, topic, repartitionTopics), source);
    }
    if (node.pattern !== undefined) this.#sourcesByPattern.push([node.pattern, source]);
    return source;
  }

  #connect(node: Exclude<TopologyNode, ConnectorNode>, tracing: TaskTracing | undefined): void {
    if (node.kind === 'sink') return;
    const children = node.children.map((name) => around(this.#node(name), tracing));
    const made = this.#node(node.name);
    if (made instanceof TaskSource || made instanceof TaskProcessor) made.connect(children);
  }

  #node(name: string): TaskNode {
    const node = this.#nodes.get(name);
    if (node !== undefined) return node;
    throw internal('NODE_NOT_IN_TASK', `node "${name}" is named by a parent but not in task ${this.#scope.id}`);
  }

  #stepError(code: string, step: string, processor: TaskProcessor, error: unknown): ProcessingFailedError {
    const where = { task: this.#scope.id, node: processor.name };
    const hint = `Mend the processor's ${step}.`;
    return new ProcessingFailedError(code, `${step} of processor "${processor.name}" failed`, error, where, hint);
  }
}

function around(node: TaskNode, tracing: TaskTracing | undefined): TaskNode {
  if (tracing === undefined) return node;
  return node instanceof TaskSink ? tracing.aroundSink(node) : tracing.around(node);
}
