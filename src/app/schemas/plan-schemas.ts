import { noMetrics } from '../../observability/metrics.js';
import { placedSerdes, type NamedTopology } from '../../runtime/prepare-serdes.js';
import type { KnownSchema } from '../../serde/registry/known-schema.js';
import { SchemaCache } from '../../serde/registry/schema-cache.js';
import { SchemaRegistryError } from '../../serde/registry/schema-registry-error.js';
import type { SchemaRegistry, SubjectVersion } from '../../serde/registry/schema-registry.js';
import type { Surroundings } from '../broker.js';
import { PlannedRegistry, type PlannedSchema } from './planned-registry.js';

/** An application, and the registry that its schemas are compared with. */
export interface SchemasToPlan extends NamedTopology {
  readonly registry: SchemaRegistry;
  readonly surroundings: Pick<Surroundings, 'clock' | 'log'>;
}

/** The latest schema of a topic that is read. */
export interface ReadSchema {
  readonly subject: string;
  readonly latest: SubjectVersion | undefined;
  /** Why it cannot be read; undefined when it can. */
  readonly refusal: string | undefined;
}

/** A schema that is written with. */
export interface WrittenSchema extends PlannedSchema {
  /** With what it refers to. */
  readonly known: KnownSchema;
  /** False when it refers to one that is not registered yet, so that the registry cannot be asked about it. */
  readonly checkable: boolean;
}

/** What an application that starts asks of its registry. */
export interface SchemaPlan {
  readonly written: readonly WrittenSchema[];
  readonly read: readonly ReadSchema[];
}

/** Prepares the serdes of a topology as at the start of an application, and registers nothing. */
export async function planSchemas({ registry, surroundings, ...application }: SchemasToPlan): Promise<SchemaPlan> {
  const planned = new PlannedRegistry(registry);
  const schemas = new SchemaCache(planned, { ...surroundings, metrics: noMetrics });
  const refusals = new Map<string, string>();
  for (const { serde, place } of placedSerdes(application)) {
    if (place.access === 'query') continue; // what others write there is read by a source, too
    try {
      await serde.prepare?.({ ...place, schemas });
    } catch (error) {
      if (!isUnreadable(error) || planned.lastRead === undefined) throw error;
      refusals.set(planned.lastRead, error.detail ?? error.message);
    }
  }
  const written = planned.planned.map((each) => ({
    ...each,
    known: schemas.get('schema', each.becomes.id, new Set([each.subject])),
    checkable: !planned.refersToPlanned(each.schema),
  }));
  const read = [...planned.read].map(([subject, latest]) => ({ subject, latest, refusal: refusals.get(subject) }));
  return { written, read };
}

function isUnreadable(error: unknown): error is SchemaRegistryError {
  return error instanceof SchemaRegistryError && error.code === 'SCHEMA_INCOMPATIBLE';
}
