import type { BrokerClient } from '../../broker/client/client.js';
import { FencedError } from '../../broker/client/errors.js';
import type { SeedSource } from '../../connect/seed/seed-source.js';
import type { Logger } from '../../observability/log.js';
import type { SchemaCache } from '../../serde/registry/schema-cache.js';
import type { BuiltTopology } from '../../topology/node.js';
import { MillraceError } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import { readMarker, seedGroup, type SeedMarker } from './seed-marker.js';
import { seedStore, type SeedRequest } from './seed-store.js';
import { ensureChangelog, seedTarget } from './seed-target.js';

export interface BootstrapOptions {
  readonly applicationId: string;
  readonly instanceId: string;
  readonly topology: BuiltTopology;
  /** By store. */
  readonly sources: Readonly<Record<string, SeedSource>>;
  readonly client: BrokerClient;
  readonly schemas: SchemaCache | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How long a marker of another instance may stand still before its place is taken. */
const PATIENCE_MS = 15_000;
const LOOK_MS = 200;

/**
 * Seeds the stores of an application before its first start, each once. It is done before the instance joins the group, so that
 * no task is there yet, and by one instance: all others wait until the marker says that it is done. One that stops moving is
 * fenced, and another goes on where it was. A store that has data without ever having been seeded is left as it is.
 * @throws MillraceError what {@link seedStore} throws; `APPLICATION_RUNS` when the application runs, and was never seeded
 */
export async function bootstrapStores({ sources, ...options }: BootstrapOptions): Promise<void> {
  for (const [store, source] of Object.entries(sources)) {
    const { applicationId, instanceId, topology, schemas } = options;
    await bootstrap({ applicationId, topology, store, source, schemas, by: instanceId }, options);
  }
}

async function bootstrap(
  request: SeedRequest,
  { client, clock, log }: Pick<BootstrapOptions, 'client' | 'clock' | 'log'>,
): Promise<void> {
  const facts = { application: request.applicationId, store: request.store };
  const look = await markerOf(request, client, log);
  let known: SeedMarker | undefined;
  let movedMs = clock.monotonicMs();
  for (;;) {
    const marker = await look();
    if (marker?.done === true) return;
    if (marker?.beat !== known?.beat || marker?.rows !== known?.rows) movedMs = clock.monotonicMs();
    known = marker;
    const ofAnother = marker !== undefined && marker.by !== request.by;
    if (ofAnother && clock.monotonicMs() - movedMs < PATIENCE_MS) {
      await clock.sleep(LOOK_MS);
      continue;
    }
    try {
      log.info(facts, 'seeding a store');
      const { rows } = await seedStore(request, { client, clock, log });
      log.info({ ...facts, rows }, 'a store is seeded');
      return;
    } catch (error) {
      if (isCode(error, 'STORE_HAS_DATA')) {
        log.info(facts, 'a store has data already: it is not seeded');
        return;
      }
      if (!(error instanceof FencedError)) throw error;
      log.info(facts, 'another instance seeds the store: waiting');
    }
  }
}

async function markerOf(
  { applicationId, topology, store }: SeedRequest,
  client: BrokerClient,
  log: Logger,
): Promise<() => Promise<SeedMarker | undefined>> {
  const target = seedTarget(applicationId, topology, store);
  const changelog = await ensureChangelog(applicationId, topology, target, { admin: client.admin, log });
  return () => readMarker(client.admin, seedGroup(applicationId, store), changelog);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof MillraceError && error.code === code;
}
