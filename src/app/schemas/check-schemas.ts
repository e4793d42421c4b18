import type { CompatibilityResult, SchemaRegistry } from '../../serde/registry/schema-registry.js';
import type { ReadSchema, SchemaPlan, WrittenSchema } from './plan-schemas.js';
import { isRefused } from './planned-registry.js';

/**
 * - `registered`: the registry has it
 * - `new`: the subject is not there yet; `compatible`: the next version of its subject
 * - `unchecked`: it refers to a schema that is not registered yet, so the registry cannot tell
 * - `incompatible`: the subject's level does not allow it, or the registry does not take it
 * - `missing`: the serde does not register it (`autoRegister: false`), and it is not there
 * - `readable`, `unreadable`: the latest version of a topic that is read; `absent`: it has none yet
 */
export type SchemaVerdict =
  'registered' | 'new' | 'compatible' | 'unchecked' | 'incompatible' | 'missing' | 'readable' | 'unreadable' | 'absent';

/** What a check found of one subject. */
export interface SchemaRow {
  readonly subject: string;
  readonly use: 'writes' | 'reads';
  readonly verdict: SchemaVerdict;
  /** The version that the registry has; null for none. */
  readonly version: number | null;
  readonly detail: string;
}

/** Whether the schemas of an application fit its registry; registers nothing. */
export async function checkSchemas(plan: SchemaPlan, registry: SchemaRegistry): Promise<readonly SchemaRow[]> {
  const rows: SchemaRow[] = [];
  for (const written of plan.written) rows.push(await checkWritten(written, registry));
  return [...rows, ...plan.read.map(checkRead)];
}

/** Whether an application does not start with this. */
export function isMisfit({ verdict }: SchemaRow): boolean {
  return verdict === 'missing' || verdict === 'incompatible' || verdict === 'unreadable';
}

async function checkWritten(written: WrittenSchema, registry: SchemaRegistry): Promise<SchemaRow> {
  const { subject, found, registers, checkable } = written;
  const row = { subject, use: 'writes', version: found?.version ?? null } as const;
  if (found !== undefined) return { ...row, verdict: 'registered', detail: '' };
  const { compatible, messages } = await compatibilityOf(written, registry);
  if (!compatible) return { ...row, verdict: 'incompatible', detail: messages.join('; ') };
  if (!registers) return { ...row, verdict: 'missing', detail: 'its serde does not register it (autoRegister: false)' };
  if (!checkable) return { ...row, verdict: 'unchecked', detail: 'it refers to schemas that are not registered yet' };
  const latest = await registry.version(subject, 'latest');
  if (latest === undefined) return { ...row, verdict: 'new', detail: '' };
  return { ...row, verdict: 'compatible', detail: `follows version ${latest.version}` };
}

async function compatibilityOf(
  { subject, schema, checkable }: WrittenSchema,
  registry: SchemaRegistry,
): Promise<CompatibilityResult> {
  if (!checkable) return { compatible: true, messages: [] };
  try {
    return await registry.checkCompatibility(subject, schema);
  } catch (error) {
    if (isRefused(error)) return { compatible: false, messages: [error.message] };
    throw error;
  }
}

function checkRead({ subject, latest, refusal }: ReadSchema): SchemaRow {
  const planned = latest !== undefined && latest.id < 0;
  const row = { subject, use: 'reads', version: planned ? null : (latest?.version ?? null) } as const;
  if (latest === undefined) return { ...row, verdict: 'absent', detail: 'nobody has registered one yet' };
  if (refusal !== undefined) return { ...row, verdict: 'unreadable', detail: refusal };
  return { ...row, verdict: 'readable', detail: planned ? 'as it is written here' : '' };
}
