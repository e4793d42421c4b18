import { partitionKey, type Admin } from '../../broker/client/client.js';
import type { TopicPartition } from '../../broker/client/protocol.js';
import type { ConnectorNode, OffsetReset } from '../../topology/node.js';
import { internal, MillraceError } from '../../util/errors.js';
import type { TaskPlan } from '../assignment/task-plan.js';
import type { OwnedTask } from '../owned-task.js';
import { resetOffsets } from '../start-offsets.js';
import type { TaskInputs } from '../task-inputs.js';
import type { OpenState } from '../task-states.js';
import { SinkTask } from './sink-task.js';
import type { SinkTaskOptions } from './sink-task-options.js';

/** What a running application has for the tasks of its sinks. */
export type SinkSurroundings = Pick<
  SinkTaskOptions,
  'applicationId' | 'collector' | 'errorPolicies' | 'clock' | 'random' | 'metrics' | 'log' | 'rejoin' | 'wake'
> & {
  readonly admin: Admin;
  readonly plan: TaskPlan;
  readonly inputs: TaskInputs;
  readonly offsetReset: OffsetReset;
};

/**
 * Makes the task of a sink. It starts at the position that the destination has; where that has none, at what the group has
 * committed, unless the sink is `exactly-once`: then what the group has says nothing of this destination.
 */
export function openSinkTask(owned: OwnedTask, state: OpenState, surroundings: SinkSurroundings): SinkTask {
  const { connector, nodes } = owned.plan.subTopology;
  const source = nodes.find((node) => node.kind === 'source');
  const [input] = owned.inputs;
  if (connector === undefined || source === undefined || input === undefined) {
    throw internal('NODE_NOT_IN_TASK', `task ${owned.id} is not that of a sink`, { task: owned.id });
  }
  const committed = owned.committed.get(partitionKey(input));
  return new SinkTask({
    ...surroundings,
    ...state,
    id: owned.id,
    connector,
    source,
    input,
    committed,
    topicId: () => topicIdOf(surroundings.admin, input),
    startOf: (position) => startOf(owned, input, position ?? fallback(owned, connector, input), surroundings),
    seek: (offset) => {
      surroundings.inputs.seek(owned, new Map([[partitionKey(input), offset]]));
    },
  });
}

function fallback(owned: OwnedTask, { sink }: ConnectorNode, input: TopicPartition): number | undefined {
  return sink.guarantee === 'idempotent' ? owned.committed.get(partitionKey(input))?.offset : undefined;
}

async function startOf(
  owned: OwnedTask,
  input: TopicPartition,
  position: number | undefined,
  { admin, plan, offsetReset }: SinkSurroundings,
): Promise<number> {
  if (position !== undefined) return position;
  return (await resetOffsets(admin, plan, owned.plan, [input], offsetReset)).get(partitionKey(input)) ?? 0;
}

async function topicIdOf(admin: Admin, { topic }: TopicPartition): Promise<string> {
  const found = (await admin.describeTopics([topic])).get(topic);
  if (found !== undefined) return found.topicId;
  throw new MillraceError({
    code: 'SINK_TOPIC_MISSING',
    kind: 'unavailable',
    message: `topic "${topic}" that a sink reads does not exist`,
    hint: 'Create the topic, or mend its name in the topology.',
    context: { topic },
  });
}
