import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrokerChangelogs } from '../../src/app/watch/broker-changelogs.js';
import { noMetrics } from '../../src/observability/metrics.js';
import { CommittedViews } from '../../src/query/committed-views.js';
import { WatchRequest } from '../../src/query/gen/millrace/query/v1/state_query_service.js';
import { createLocalStateQueries } from '../../src/query/local-state-queries.js';
import { readableStreamsApplication } from '../../src/query/readable-streams-application.js';
import type { StateQueries } from '../../src/query/state-queries.js';
import { StoreCatalog } from '../../src/query/store-catalog.js';
import type { BufferBounds } from '../../src/query/watch/change-buffer.js';
import { WatchQueries } from '../../src/query/watch/watch-queries.js';
import { openStateDirectory } from '../../src/runtime/open-state-directory.js';
import type { StreamsApplication } from '../../src/runtime/application.js';
import { storeRows, type StoreRow } from '../../src/state/store-rows.js';
import type { BuiltTopology } from '../../src/topology/node.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { testApplication } from './running-application.js';
import type { TestCluster } from './test-cluster.js';
import { Watching } from './watching.js';

/** A running application with state on disk, and the watches of an instance. */
export class WatchedApplication {
  private constructor(
    readonly application: StreamsApplication,
    readonly queries: StateQueries,
    readonly watches: WatchQueries,
    private readonly closing: readonly (() => Promise<unknown>)[],
    private readonly catalog: StoreCatalog,
  ) {}

  static async start(
    cluster: TestCluster,
    topology: BuiltTopology,
    options: { readonly bounds?: BufferBounds; readonly metrics?: typeof noMetrics; readonly instanceId?: string } = {},
  ): Promise<WatchedApplication> {
    const { bounds = { maxBytes: 1 << 20, maxChanges: 5_000 }, metrics = noMetrics, instanceId = 'a' } = options;
    const path = await mkdtemp(join(tmpdir(), 'millrace-watched-'));
    const stateDirectory = await openStateDirectory({ path, random: systemRandom });
    const application = testApplication({ topology, client: cluster.client(), stateDirectory, instanceId });
    await application.start();
    await application.waitUntilRunning();
    const views = new CommittedViews(topology, (id) => stateDirectory.taskFolder(application.applicationId, id));
    const readable = readableStreamsApplication(application, views, systemClock);
    const catalog = new StoreCatalog(() => [readable]);
    const source = new BrokerChangelogs(cluster.client(), systemClock);
    const watches = new WatchQueries(catalog, { source, bounds, clock: systemClock, metrics });
    const queries = createLocalStateQueries(catalog, systemClock, watches.watch);
    const closing = [
      () => {
        watches.close();
        return Promise.resolve();
      },
      () => source.close(),
      () => application.close(),
      () => views.close(),
      () => stateDirectory.close(),
      () => rm(path, { recursive: true, force: true }),
    ];
    return new WatchedApplication(application, queries, watches, closing, catalog);
  }

  /** Watches; the events are taken as they come. */
  watch(store: string, request: Partial<WatchRequest> = {}): Watching {
    return new Watching((signal) => this.queries.watch(WatchRequest.create({ store, ...request }), { signal }));
  }

  /** What the store has committed. */
  async content(store: string): Promise<StoreRow[]> {
    const [application] = this.catalog.applications();
    const rows: StoreRow[] = [];
    for (const partition of (await application?.partitions(store, 'committed')) ?? [])
      for await (const row of storeRows(partition.store)) rows.push(row);
    return rows;
  }

  async close(): Promise<void> {
    for (const close of this.closing) await close();
  }
}
