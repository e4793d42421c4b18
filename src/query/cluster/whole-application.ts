import { compareTasks } from '../../runtime/assignment/task-order.js';
import type { ClusterMember } from '../../runtime/cluster-view.js';
import type { Clock } from '../../util/time.js';
import type { Call } from '../call.js';
import { Instance, Task, type GetMetricsResponse } from '../gen/millrace/query/v1/topology_service.js';
import { mergedMetrics } from '../metrics/merged-metrics.js';
import type { Queries } from '../query-methods.js';
import type { StoreCatalog } from '../store-catalog.js';
import type { TopologyQueries } from '../topology-queries.js';
import { mergedTraces, type TraceMember } from '../trace/merged-traces.js';
import type { ClusterApplication, ClusterMembers } from './cluster-application.js';
import { bounded, isUnavailable } from './patience.js';

/** Longest that one instance is waited for: of one that does not answer it is told what the group knows. */
const WAIT_MS = 2_000;

/** The state of an instance that does not answer, and of its tasks. */
const UNREACHABLE = 'UNREACHABLE';

/** Asks one instance for what it has of an application. */
type Ask<A> = (queries: Queries, application: string, call: Call) => Promise<readonly A[]>;

/** Instances, tasks, counts and traces of whole applications: each instance is asked for its own. */
export function wholeApplication(
  catalog: StoreCatalog<ClusterApplication>,
  members: ClusterMembers,
  clock: Clock,
): Pick<TopologyQueries, 'listInstances' | 'listTasks' | 'getMetrics' | 'traceRecords'> {
  const gathered = async <A>(
    application: string,
    call: Call | undefined,
    ask: Ask<A>,
    known: (application: string, member: ClusterMember) => readonly A[],
  ): Promise<A[]> => {
    const { deadlineMs, signal } = bounded(call, clock);
    const until = { signal, deadlineMs: Math.min(deadlineMs, clock.nowMs() + WAIT_MS) };
    const askMember = async (id: string, member: ClusterMember): Promise<readonly A[]> => {
      const queries = members.queriesOf(member);
      if (!queries) return known(id, member);
      try {
        return await ask(queries, id, { ...until, hop: { instanceId: member.instanceId, tasks: [] } });
      } catch (error) {
        if (isUnavailable(error)) return known(id, member);
        throw error;
      }
    };
    const asked = catalog.named(application).flatMap((of) => membersOf(of, members).map((member) => askMember(of.id, member))); // prettier-ignore
    return (await Promise.all(asked)).flat();
  };
  return {
    async listInstances({ application }, call) {
      const ask: Ask<Instance> = async (queries, id, part) => (await queries.listInstances({ application: id }, part)).instances; // prettier-ignore
      return { instances: await gathered(application, call, ask, (id, member) => [unreachable(id, member)]) };
    },
    async listTasks({ application }, call) {
      const ask: Ask<Task> = async (queries, id, part) => (await queries.listTasks({ application: id }, part)).tasks;
      const tasks = await gathered(application, call, ask, unreachableTasks);
      return { tasks: tasks.sort((a, b) => compareTasks(a.taskId, b.taskId)) };
    },
    async getMetrics({ application }, call) {
      const ask: Ask<GetMetricsResponse> = async (queries, id, part) => [await queries.getMetrics({ application: id }, part)]; // prettier-ignore
      return mergedMetrics(await gathered(application, call, ask, () => []));
    },
    traceRecords(request, call) {
      const of = catalog.only(request.application);
      return mergedTraces(() =>
        membersOf(of, members).flatMap((member): TraceMember[] => {
          const { instanceId } = member;
          const queries = members.queriesOf(member);
          const asked = { ...call, hop: { instanceId, tasks: [] } };
          return queries ? [{ instanceId, follow: () => queries.traceRecords({ ...request, application: of.id }, asked) }] : []; // prettier-ignore
        }),
      );
    },
  };
}

/** Those that the group knows, and those here that it does not know yet. */
function membersOf(application: ClusterApplication, members: ClusterMembers): readonly ClusterMember[] {
  const known = application.layout()?.view.members ?? [];
  const ids = new Set(known.map(({ instanceId }) => instanceId));
  const joining = members.own().filter((instanceId) => !ids.has(instanceId));
  return [...known, ...joining.map((instanceId) => ({ instanceId, active: [], standby: [] }))];
}

function unreachable(
  application: string,
  { instanceId, endpoint, httpEndpoint, active, standby }: ClusterMember,
): Instance {
  return Instance.create({
    application,
    instanceId,
    grpcEndpoint: endpoint,
    httpEndpoint,
    state: UNREACHABLE,
    activeTasks: [...active],
    standbyTasks: [...standby],
  });
}

function unreachableTasks(application: string, { instanceId, active, standby }: ClusterMember): readonly Task[] {
  return [...active, ...standby].map((taskId) => Task.create({ application, taskId, instanceId, state: UNREACHABLE }));
}
