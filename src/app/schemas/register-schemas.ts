import type { Schema, SchemaReference, SchemaRegistry } from '../../serde/registry/schema-registry.js';
import type { SchemaPlan } from './plan-schemas.js';

/** A schema that a registry was, or would be, given. */
export interface RegisteredRow {
  readonly subject: string;
  /** The one that it got; else the one that it would get. */
  readonly version: number;
  readonly executed: boolean;
}

/**
 * Registers what the registry does not have, also of serdes that do not do so themselves; without `execute` it only tells.
 * @throws SchemaRegistryError `SCHEMA_INCOMPATIBLE`; those before it are registered then
 */
export async function registerSchemas(
  plan: SchemaPlan,
  registry: SchemaRegistry,
  execute: boolean,
): Promise<readonly RegisteredRow[]> {
  const lacking = plan.written.filter(({ found }) => found === undefined);
  if (!execute) return lacking.map(({ subject, becomes }) => ({ subject, version: becomes.version, executed: false }));
  const rows: RegisteredRow[] = [];
  const versions = new Map<string, number>(); // that were got, by those that were expected
  const got = ({ subject, version }: Omit<SchemaReference, 'name'>): number =>
    versions.get(`${subject} ${version}`) ?? version;
  for (const { subject, schema, options, becomes } of lacking) {
    const references = schema.references.map((reference) => ({ ...reference, version: got(reference) }));
    const text: Schema = { ...schema, references };
    await registry.register(subject, text, options);
    const version = (await registry.lookUp(subject, text, options))?.version ?? becomes.version;
    versions.set(`${subject} ${becomes.version}`, version);
    rows.push({ subject, version, executed: true });
  }
  return rows;
}
