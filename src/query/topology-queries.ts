import type { InstanceEndpoints, TaskView } from '../runtime/application.js';
import { topologyToJson } from '../topology/topology-json.js';
import { topologyToMermaid } from '../topology/topology-mermaid.js';
import type { Call } from './call.js';
import type {
  DescribeTopologyRequest,
  DescribeTopologyResponse,
  ListInstancesRequest,
  ListInstancesResponse,
  ListTasksRequest,
  ListTasksResponse,
  Task,
} from './gen/millrace/query/v1/topology_service.js';
import { createMetricsQueries, type MetricsQueries, type MetricsQueriesOptions } from './metrics/metrics-queries.js';
import type { ReadableApplication } from './readable-application.js';
import { remainingOf } from './restore-remaining.js';
import type { StoreCatalog } from './store-catalog.js';
import { createTraceQueries, type TraceQueries } from './trace/trace-queries.js';

/** The queries about graphs, instances, tasks and what they do, on the messages of `millrace.query.v1`. */
export interface TopologyQueries extends MetricsQueries, TraceQueries {
  readonly describeTopology: (request: DescribeTopologyRequest, call?: Call) => Promise<DescribeTopologyResponse>;
  readonly listInstances: (request: ListInstancesRequest, call?: Call) => Promise<ListInstancesResponse>;
  readonly listTasks: (request: ListTasksRequest, call?: Call) => Promise<ListTasksResponse>;
}

/** Answers for this instance. @param running what is measured and followed */
export function createTopologyQueries(
  catalog: StoreCatalog,
  endpoints: InstanceEndpoints,
  running: MetricsQueriesOptions,
): TopologyQueries {
  return {
    ...createMetricsQueries(running),
    ...createTraceQueries(running),
    describeTopology({ application }) {
      const { topology } = catalog.only(application);
      return Promise.resolve({
        kafkaText: topology.describe(),
        json: JSON.stringify(topologyToJson(topology)),
        mermaid: topologyToMermaid(topology),
      });
    },
    listInstances({ application }) {
      const instances = catalog.named(application).map((each) => ({
        application: each.id,
        instanceId: each.instanceId,
        grpcEndpoint: endpoints.grpc ?? '',
        httpEndpoint: endpoints.http ?? '',
        state: each.state,
        activeTasks: each.tasks().map(({ id }) => id),
        standbyTasks: each.standbys().map(({ id }) => id),
      }));
      return Promise.resolve({ instances });
    },
    listTasks({ application }) {
      const tasks = catalog
        .named(application)
        .flatMap((each) => [...each.tasks(), ...each.standbys()].map((task) => toTask(each, task)));
      return Promise.resolve({ tasks });
    },
  };
}

function toTask({ id: application, instanceId }: ReadableApplication, { id, status, inputs, stores }: TaskView): Task {
  const partitions = inputs.map(({ topic, partition, committedOffset, highWatermark, lagRecords }) => ({
    topic,
    partition,
    committedOffset: committedOffset ?? -1,
    endOffset: highWatermark ?? -1,
    lag: lagRecords,
  }));
  const restoreRemaining = remainingOf(stores);
  return { application, taskId: id, instanceId, state: status, partitions, restoreRemaining };
}
