import { silentLogger } from '../../../src/observability/log.js';
import { noMetrics } from '../../../src/observability/metrics.js';
import type { Serde } from '../../../src/serde/index.js';
import { SchemaPendingError } from '../../../src/serde/registry/schema-registry-error.js';
import { HttpRegistry, type HttpRegistryOptions } from '../../../src/serde/registry/http-registry.js';
import { SchemaCache } from '../../../src/serde/registry/schema-cache.js';
import { systemClock } from '../../../src/util/time.js';

/** What is known of a registry over HTTP, by a client of its own. */
export function schemasOf(options: Omit<HttpRegistryOptions, 'clock'>): SchemaCache {
  const registry = new HttpRegistry({ ...options, clock: systemClock });
  return new SchemaCache(registry, { clock: systemClock, log: silentLogger, metrics: noMetrics });
}

/** A serde that is ready for the values of a topic. */
export async function prepared<T>(
  serde: Serde<T>,
  topic: string,
  access: 'read' | 'write',
  schemas: SchemaCache,
): Promise<Serde<T>> {
  await serde.prepare?.({ topic, part: 'value', access, schemas });
  return serde;
}

/** Reads, and waits for the schema the first time. */
export async function readWith<T>(serde: Serde<T>, bytes: Buffer): Promise<T> {
  try {
    return serde.deserialize(bytes, 0, bytes.length);
  } catch (error) {
    if (!(error instanceof SchemaPendingError)) throw error;
    await error.arrived;
    return serde.deserialize(bytes, 0, bytes.length);
  }
}
