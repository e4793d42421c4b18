import { useState } from 'preact/hooks';
import { int, type InstanceMessage, type TaskMessage, type TaskPartitionMessage } from '../api/messages.js';
import { counted, formatCount, UNKNOWN } from '../format/numbers.js';
import { connection, instances, tasks } from '../live/state.js';
import { EmptyNote } from '../parts/note.js';
import { RestoreProgress } from '../parts/progress.js';
import { StateTag } from '../parts/state-tag.js';
import { TextField } from '../parts/text-field.js';

/** Which instance has which tasks, and how far each is. */
export function TasksView() {
  const [filter, setFilter] = useState('');
  const shown = tasks.value.filter((task) => matches(task, filter));
  if (instances.value.length === 0) {
    const waiting = connection.value.state !== 'live';
    return <EmptyNote title={waiting ? 'Waiting for the first answer' : 'No instance runs'} />;
  }
  return (
    <>
      <section aria-label="Instances" class="instances">
        {[...byInstance()].map(([id, own]) => (
          <InstanceCard key={id} id={id} applications={own} />
        ))}
      </section>
      <div class="toolbar">
        <TextField
          inline
          search
          label="Filter"
          placeholder="application, task, topic, state"
          value={filter}
          onChange={setFilter}
        />
        <span class="muted">{`${formatCount(shown.length)} of ${counted(tasks.value.length, 'task')}`}</span>
      </div>
      {shown.length === 0 ? (
        <EmptyNote title="No task matches">Clear the filter to see all.</EmptyNote>
      ) : (
        <TaskTable tasks={shown} />
      )}
    </>
  );
}

function matches({ application = '', taskId = '', state = '', partitions = [] }: TaskMessage, filter: string): boolean {
  const text = [application, taskId, state, ...partitions.map(({ topic = '' }) => topic)].join(' ').toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => text.includes(word)); // prettier-ignore
}

function byInstance(): ReadonlyMap<string, readonly InstanceMessage[]> {
  const map = new Map<string, InstanceMessage[]>();
  for (const each of instances.value) {
    map.set(each.instanceId ?? '', [...(map.get(each.instanceId ?? '') ?? []), each]);
  }
  return map;
}

function InstanceCard({
  id,
  applications,
}: {
  readonly id: string;
  readonly applications: readonly InstanceMessage[];
}) {
  const [first] = applications;
  return (
    <article class="card instance">
      <header>
        <h2 class="mono">{id}</h2>
        <span class="muted">{`gRPC ${first?.grpcEndpoint ?? UNKNOWN} · HTTP ${first?.httpEndpoint ?? UNKNOWN}`}</span>
      </header>
      <ul class="instance-applications">
        {applications.map(({ application, state = '', activeTasks = [], standbyTasks = [] }) => (
          <li key={application}>
            <b>{application}</b> <StateTag state={state} />
            <span class="muted">
              {counted(activeTasks.length, 'task')}
              {standbyTasks.length > 0 && `, standby for ${standbyTasks.join(', ')}`}
            </span>
          </li>
        ))}
      </ul>
    </article>
  );
}

function TaskTable({ tasks: shown }: { readonly tasks: readonly TaskMessage[] }) {
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label="Tasks">
      <table>
        <thead>
          <tr>
            <th scope="col">Application</th>
            <th scope="col">Task</th>
            <th scope="col">State</th>
            <th scope="col">Partition</th>
            <th scope="col" class="number">
              Committed
            </th>
            <th scope="col" class="number">
              End
            </th>
            <th scope="col" class="number">
              Lag
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((task) => (
            <TaskRows key={`${task.application} ${task.taskId} ${task.instanceId}`} task={task} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TaskRows({ task }: { readonly task: TaskMessage }) {
  const { application, taskId = '', state = '', partitions = [], restoreRemaining } = task;
  const rows = partitions.length > 0 ? partitions : [undefined];
  return (
    <>
      {rows.map((partition, index) => (
        <tr key={`${partition?.topic} ${partition?.partition}`}>
          {index === 0 && (
            <>
              <td rowSpan={rows.length}>{application}</td>
              <td rowSpan={rows.length} class="mono">
                {taskId}
              </td>
              <td rowSpan={rows.length}>
                <StateTag state={state} />
                {int(restoreRemaining) > 0 && (
                  <RestoreProgress what={`task ${taskId}`} restored={0} remaining={int(restoreRemaining)} />
                )}
              </td>
            </>
          )}
          <PartitionCells partition={partition} />
        </tr>
      ))}
    </>
  );
}

function PartitionCells({ partition }: { readonly partition: TaskPartitionMessage | undefined }) {
  if (!partition) return <td colSpan={4}>{UNKNOWN}</td>;
  const lag = int(partition.lag);
  return (
    <>
      <td class="mono">{`${partition.topic ?? ''}-${partition.partition ?? 0}`}</td>
      <td class="number">{offset(partition.committedOffset)}</td>
      <td class="number">{offset(partition.endOffset)}</td>
      <td class={lag > 0 ? 'number strong' : 'number'}>{formatCount(lag)}</td>
    </>
  );
}

/** -1: not known yet. Offsets are exact, however large. */
function offset(value: TaskPartitionMessage['endOffset']): string {
  const number = int(value);
  return number < 0 ? UNKNOWN : number.toLocaleString('en-US');
}
