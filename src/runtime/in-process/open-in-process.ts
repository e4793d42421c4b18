import type { FetchedRecords } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import type { PendingBuffer } from '../../state/pending/pending-store.js';
import { internal } from '../../util/errors.js';
import { TaskPlan, type PlannedTask } from '../assignment/task-plan.js';
import { sizeTopics } from '../internal-topics.js';
import { TaskStates } from '../task-states.js';
import { StreamTask } from '../task/stream-task.js';
import { EventTime } from './event-time.js';
import { InProcessGlobals } from './in-process-globals.js';
import type { InProcessApplicationOptions } from './in-process-options.js';
import { InProcessSink } from './in-process-sink.js';
import { InProcessSubTopology } from './in-process-sub-topology.js';
import { InProcessTask } from './in-process-task.js';
import { InProcessTopics } from './in-process-topics.js';
import { inOrderOfRecords } from './sub-topology-order.js';

/** What an application in process is made of. */
export interface InProcessParts {
  readonly topics: InProcessTopics;
  readonly globals: InProcessGlobals;
  /** Each behind those that write what it reads; without sinks. */
  readonly subTopologies: readonly InProcessSubTopology[];
  readonly tasks: readonly InProcessTask[];
  readonly sinks: readonly InProcessSink[];
  /** What the sinks read. */
  readonly sinkInputs: readonly TopicPartition[];
  readonly time: EventTime;
}

/** Opens topics, stores and tasks. @throws MillraceError `TOPICS_NOT_COPARTITIONED`, `INTERNAL_TOPIC_PARTITIONS` */
export async function openInProcess(options: InProcessApplicationOptions): Promise<InProcessParts> {
  const plan = new TaskPlan(options.applicationId, options.topology);
  const existing = [...options.inputPartitions].map(([topic, partitions]) => [topic, { partitions }] as const);
  const { counts } = sizeTopics(plan, new Map(existing));
  const topics = topicsOf(options, counts);
  const time = new EventTime(options.clock);
  const globals = await InProcessGlobals.open(options, topics);
  const planned = plan.tasks(counts);
  const opening = new Opening({ ...options, plan, topics, globals, time, taskCount: planned.length });
  const subTopologies: InProcessSubTopology[] = [];
  const sinks: InProcessSink[] = [];
  const sinkInputs: TopicPartition[] = [];
  for (const subTopology of inOrderOfRecords(plan)) {
    const own = planned.filter((task) => task.subTopology === subTopology);
    const { connector } = subTopology;
    if (connector === undefined) subTopologies.push(await opening.tasks(own));
    else if (!options.skippedSinks.has(connector.name)) {
      for (const task of own) sinks.push(await opening.sink(task));
      sinkInputs.push(...own.flatMap(({ inputs }) => inputs));
    }
  }
  const tasks = subTopologies.flatMap((part) => part.tasks);
  for (const { task } of tasks) task.initialize();
  return { topics, globals, subTopologies, tasks, sinks, sinkInputs, time };
}

function topicsOf(options: InProcessApplicationOptions, counts: ReadonlyMap<string, number>): InProcessTopics {
  const { topology, applicationId, outputs, inputPartitions, outputPartitions } = options;
  const internalTopics = topology.internalTopics(applicationId);
  return new InProcessTopics({
    internal: new Set(internalTopics.map(({ name }) => name)),
    partitionsOf: (topic) => counts.get(topic) ?? inputPartitions.get(topic) ?? outputPartitions(topic),
    outputs,
  });
}

interface OpeningOptions extends InProcessApplicationOptions {
  readonly plan: TaskPlan;
  readonly topics: InProcessTopics;
  readonly globals: InProcessGlobals;
  readonly time: EventTime;
  readonly taskCount: number;
}

class Opening {
  readonly #states: TaskStates;

  constructor(private readonly options: OpeningOptions) {
    this.#states = new TaskStates({ ...options, records: options.topics, logged: false });
  }

  async tasks(planned: readonly PlannedTask[]): Promise<InProcessSubTopology> {
    const tasks: InProcessTask[] = [];
    for (const each of planned) {
      const task = await this.#task(each);
      tasks.push(new InProcessTask(task, pendingBuffers(each, task)));
    }
    return new InProcessSubTopology(this.options.topics, tasks, this.options.clock);
  }

  async sink(planned: PlannedTask): Promise<InProcessSink> {
    const { topics, taskCount, topicId } = this.options;
    const { connector, nodes } = planned.subTopology;
    const source = nodes.find((node) => node.kind === 'source');
    const [input] = planned.inputs;
    if (connector === undefined || source === undefined || input === undefined) {
      throw internal('NODE_NOT_IN_TASK', `task ${planned.id} is not that of a sink`, { task: planned.id });
    }
    const sink = new InProcessSink({
      ...this.options,
      ...(await this.#states.open(planned, taskCount)),
      ...{ id: planned.id, connector, source, input, collector: topics },
      topicId: () => Promise.resolve(topicId(input.topic)),
    });
    topics.read(input, {
      arrived: () => undefined,
      addRecords: (fetched: FetchedRecords) => {
        sink.addRecords(fetched);
      },
    });
    return sink;
  }

  async #task({ id, subTopology, inputs, ...planned }: PlannedTask): Promise<StreamTask> {
    const { time, globals, topics, taskCount } = this.options;
    return new StreamTask({
      ...this.options,
      ...(await this.#states.open({ id, subTopology, inputs, ...planned }, taskCount)),
      ...{ id, subTopologies: [subTopology], partitions: inputs, collector: topics },
      cacheMaxBytes: this.#states.cacheShare(taskCount),
      globalStores: globals.stores,
      committed: new Map(),
      maxTaskIdleMs: -1,
      emitIntervalMs: 0,
      clock: time.asClock,
    });
  }
}

function pendingBuffers({ subTopology }: PlannedTask, { state }: StreamTask): PendingBuffer<unknown>[] {
  const names = subTopology.stores.filter(({ kind }) => kind === 'pendingBuffer').map(({ name }) => name);
  return names.map((name) => state.stores.get(name) as PendingBuffer<unknown>); // what stores of that kind are
}
