import { toMermaid } from './describe/mermaid.js';
import { describeTopology } from './describe/topology-document.js';
import type {
  DescribeTopologyRequest,
  DescribeTopologyResponse,
  ListInstancesRequest,
  ListInstancesResponse,
  ListTasksRequest,
  ListTasksResponse,
  Task,
} from './gen/millrace/query/v1/topology_service.js';
import type { ReadableApplication, TaskView } from './readable-application.js';
import type { StoreCatalog } from './store-catalog.js';

/** The queries about graphs, instances and tasks, on the messages of `millrace.query.v1`. */
export interface TopologyQueries {
  readonly describeTopology: (request: DescribeTopologyRequest) => Promise<DescribeTopologyResponse>;
  readonly listInstances: (request: ListInstancesRequest) => Promise<ListInstancesResponse>;
  readonly listTasks: (request: ListTasksRequest) => Promise<ListTasksResponse>;
}

/** Where this process is reached, `host:port`; known once its servers listen. */
export interface Endpoints {
  grpc: string;
  http: string;
}

/** Answers for this instance. */
export function createTopologyQueries(catalog: StoreCatalog, endpoints: Readonly<Endpoints>): TopologyQueries {
  return {
    describeTopology({ application }) {
      const { id, topology } = catalog.only(application);
      const document = describeTopology(id, topology);
      return Promise.resolve({
        kafkaText: topology.describe(),
        json: JSON.stringify(document),
        mermaid: toMermaid(document),
      });
    },
    listInstances({ application }) {
      const instances = catalog.named(application).map((each) => ({
        instanceId: each.instanceId,
        grpcEndpoint: endpoints.grpc,
        httpEndpoint: endpoints.http,
        state: each.state,
        activeTasks: each.tasks().map(({ taskId }) => taskId),
        standbyTasks: [],
      }));
      return Promise.resolve({ instances });
    },
    listTasks({ application }) {
      const tasks = catalog.named(application).flatMap((each) => each.tasks().map((task) => toTask(each, task)));
      return Promise.resolve({ tasks });
    },
  };
}

function toTask({ instanceId }: ReadableApplication, { taskId, state, inputs, restoreRemaining }: TaskView): Task {
  const partitions = inputs.map(({ topic, partition, committedOffset, endOffset }) => ({
    topic,
    partition,
    committedOffset,
    endOffset,
    lag: endOffset < 0 ? 0 : Math.max(0, endOffset - Math.max(committedOffset, 0)),
  }));
  return { taskId, instanceId, state, partitions, restoreRemaining };
}
