import { join } from 'node:path';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { silentLogger } from '../../observability/log.js';
import { createPrometheusMetrics } from '../../observability/prometheus-metrics.js';
import { ClusterApplication } from '../../query/cluster/cluster-application.js';
import { clusterQueries } from '../../query/cluster/cluster-queries.js';
import { MemberChannels } from '../../query/cluster/member-channels.js';
import { membersAround } from '../../query/cluster/members-around.js';
import { CommittedViews } from '../../query/committed-views.js';
import { createLocalStateQueries } from '../../query/local-state-queries.js';
import { routedQueries } from '../../query/routed-queries.js';
import { startQueryServer, type QueryServer } from '../../query/server/query-server.js';
import { SnapshotApplication } from '../../query/snapshot-application.js';
import { StoreCatalog } from '../../query/store-catalog.js';
import { WatchQueries } from '../../query/watch/watch-queries.js';
import { internal } from '../../util/errors.js';
import { systemClock } from '../../util/time.js';
import { buildTopology } from '../build-topology.js';
import type { TopologyDefinition } from '../define-topology.js';
import { loadTopology } from '../load-topology.js';
import { ownServices } from '../own-services.js';
import { openSchemas } from '../schema-registry.js';
import { CallAnswerer } from './answer-calls.js';
import { ForwardedQueries } from './forwarded-queries.js';
import { sentLog } from './sent-log.js';
import { StoreSerdes } from './store-serdes.js';
import { toSentError, type ThreadStart, type ToQueryThread, type ToStreamThread } from './thread-messages.js';

/** The query thread: a gRPC server over the committed state of the process's tasks. Started by query-thread.ts. */
const port = streamThread();
const send = (message: ToStreamThread): void => {
  port.postMessage(message);
};
const start = workerData as ThreadStart; // what query-thread.ts gives
const views: CommittedViews[] = [];
const serdes = new Map<string, StoreSerdes>();
const definitions: { readonly id: string; readonly definition: TopologyDefinition }[] = [];
const metrics = createPrometheusMetrics({ processMetrics: false });
const schemas = openSchemas(start.schemaRegistry, { clock: systemClock, log: silentLogger, metrics });
const applications = await Promise.all(start.applications.map(open));
const catalog = new StoreCatalog(() => applications);
const forwarded = new ForwardedQueries(send);
const watches = new WatchQueries(catalog, { source: forwarded.queries, bounds: start.watchBounds, clock: systemClock, metrics }); // prettier-ignore
const stores = createLocalStateQueries(catalog, systemClock, watches.watch);
const local = routedQueries(catalog, stores, forwarded.queries);
const channels = new MemberChannels(systemClock, start.peers);
const clusters = applications.map((each) => new ClusterApplication(each.id, each.topology, () => each.cluster()));
const members = membersAround(applications[0]?.instanceId ?? '', local, channels);
const queries = clusterQueries(new StoreCatalog(() => clusters), members, systemClock);
const answerer = new CallAnswerer(queries, send);
const services = ownServices(definitions, forwarded.queries);
const { host } = start;
const log = sentLog((line) => {
  send({ type: 'log', ...line });
});
const common = { clock: systemClock, metrics, log, protection: start.protection };
try {
  const server = await startQueryServer({
    host,
    port: start.port,
    state: queries,
    topology: queries,
    services,
    ...common,
  });
  port.on('message', (message: ToQueryThread) => void take(message, server));
  send({ type: 'ready', port: server.port });
} catch (error) {
  send({ type: 'failed', error: toSentError(error) });
  port.close();
}

async function take(message: ToQueryThread, server: QueryServer): Promise<void> {
  if (forwarded.take(message) || answerer.take(message)) return;
  switch (message.type) {
    case 'applications':
      for (const { id, ...known } of message.applications) {
        applications.find((each) => each.id === id)?.update(known);
        // beforehand, so that no query waits; one that does meets what went wrong
        if (known.state === 'RUNNING')
          void serdes
            .get(id)
            ?.prepare()
            .catch(() => undefined);
      }
      channels.keep(applications.flatMap((each) => each.cluster()?.members ?? []));
      return;
    case 'caughtUp':
      applications.find(({ id }) => id === message.application)?.caughtUp(message.times);
      return;
    case 'health':
      server.setServing(message.service, message.serving);
      return;
    case 'metrics':
      send({ type: 'metrics', id: message.id, text: await metrics.exposition() });
      return;
    case 'close':
      watches.close();
      await server.close();
      channels.close();
      for (const each of views) await each.close();
      await schemas?.close();
      port.close();
  }
}

async function open({ id, instanceId, moduleUrl, stateFolder }: ThreadStart['applications'][number]) {
  const { definition } = await loadTopology(new URL(moduleUrl));
  definitions.push({ id, definition });
  const topology = buildTopology(definition);
  const view = new CommittedViews(topology, (taskId) => join(stateFolder, taskId));
  views.push(view);
  const storeSerdes = new StoreSerdes({ applicationId: id, topology, schemas });
  serdes.set(id, storeSerdes);
  return new SnapshotApplication(id, instanceId, topology, view, () => storeSerdes.prepare(), systemClock);
}

function streamThread(): MessagePort {
  if (parentPort) return parentPort;
  throw internal('NO_STREAM_THREAD', 'the query thread was started without a stream thread');
}
