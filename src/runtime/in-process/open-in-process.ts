import { internal } from '../../util/errors.js';
import type { PlannedTask } from '../assignment/task-plan.js';
import type { DrivenGlobals } from './driven-globals.js';
import type { DrivenSubTopology } from './driven-sub-topology.js';
import { EventTime } from './event-time.js';
import { globalTopics, HostedGlobals } from './hosted-globals.js';
import { HostedSubTopology } from './hosted-sub-topology.js';
import { InProcessGlobals } from './in-process-globals.js';
import type { InProcessApplicationOptions } from './in-process-options.js';
import { planInProcess, type InProcessPlan } from './in-process-plan.js';
import { InProcessSink } from './in-process-sink.js';
import { InProcessSubTopology } from './in-process-sub-topology.js';
import { InProcessTopics } from './in-process-topics.js';
import { TaskOpener } from './open-tasks.js';
import type { TaskHost } from './task-host.js';

/** What an application in process is made of. */
export interface InProcessParts {
  readonly topics: InProcessTopics;
  readonly globals: DrivenGlobals;
  /** Each behind those that write what it reads; without sinks. */
  readonly subTopologies: readonly DrivenSubTopology[];
  readonly sinks: readonly InProcessSink[];
  readonly time: EventTime;
}

/** Opens topics, stores and tasks. @throws MillraceError `TOPICS_NOT_COPARTITIONED`, `INTERNAL_TOPIC_PARTITIONS` */
export async function openInProcess(options: InProcessApplicationOptions): Promise<InProcessParts> {
  const inProcess = planInProcess(options);
  const { applicationId, topology, outputs, hosts = [] } = options;
  const internalTopics = new Set(topology.internalTopics(applicationId).map(({ name }) => name));
  const topics = new InProcessTopics({ internal: internalTopics, partitionsOf: inProcess.partitionsOf, outputs });
  const time = new EventTime(options.clock);
  const opening = { options, inProcess, topics, time };
  const driven = hosts.length > 0 ? hostedTasks(opening, hosts) : await openTasksHere(opening);
  return { topics, time, ...driven, sinks: await openSinks(opening) };
}

interface Opening {
  readonly options: InProcessApplicationOptions;
  readonly inProcess: InProcessPlan;
  readonly topics: InProcessTopics;
  readonly time: EventTime;
}

type Driven = Pick<InProcessParts, 'globals' | 'subTopologies'>;

async function openTasksHere({ options, inProcess, topics, time }: Opening): Promise<Driven> {
  const globals = await InProcessGlobals.open(options, topics);
  const opener = new TaskOpener({ ...options, inProcess, records: topics, globalStores: globals.stores, time });
  const subTopologies: InProcessSubTopology[] = [];
  for (const planned of inProcess.processing) {
    subTopologies.push(new InProcessSubTopology(topics, await opener.open(planned), options.clock));
  }
  for (const { task } of subTopologies.flatMap(({ tasks }) => tasks)) task.initialize();
  return { globals, subTopologies };
}

function hostedTasks({ options, inProcess, topics, time }: Opening, hosts: readonly TaskHost[]): Driven {
  return {
    globals: new HostedGlobals(globalTopics(options.topology), hosts),
    subTopologies: inProcess.processing.map(
      (tasks, index) => new HostedSubTopology({ index, tasks, hosts, topics, time }),
    ),
  };
}

async function openSinks({ options, inProcess, topics, time }: Opening): Promise<InProcessSink[]> {
  const opener = new TaskOpener({ ...options, inProcess, records: topics, globalStores: new Map(), time });
  const sinks: InProcessSink[] = [];
  for (const planned of inProcess.sinks) {
    const { connector, source, input } = partsOf(planned);
    if (options.skippedSinks.has(connector.name)) continue;
    const sink = new InProcessSink({
      ...options,
      ...(await opener.states.open(planned, inProcess.taskCount)),
      ...{ id: planned.id, connector, source, input, collector: topics },
      topicId: () => Promise.resolve(options.topicId(input.topic)),
    });
    topics.read(input, sink);
    sinks.push(sink);
  }
  return sinks;
}

function partsOf({ id, subTopology: { connector, nodes }, inputs: [input] }: PlannedTask) {
  const source = nodes.find((node) => node.kind === 'source');
  if (connector !== undefined && source !== undefined && input !== undefined) return { connector, source, input };
  throw internal('NODE_NOT_IN_TASK', `task ${id} is not that of a sink`, { task: id });
}
