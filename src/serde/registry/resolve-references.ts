import type { ResolvedReference } from './known-schema.js';
import { SchemaRegistryError } from './schema-registry-error.js';
import type { SchemaReference, SchemaRegistry, SubjectVersion } from './schema-registry.js';

/**
 * What references lead to, deepest first and each name once.
 * @throws SchemaRegistryError `SCHEMA_REGISTRY_REFUSED` when the registry does not have one
 */
export async function resolveReferences(
  registry: Pick<SchemaRegistry, 'version'>,
  references: readonly SchemaReference[],
): Promise<readonly ResolvedReference[]> {
  const resolved = new Map<string, ResolvedReference>();
  for (const { name, subject, version } of references) {
    const found: SubjectVersion | undefined = await registry.version(subject, version);
    if (found === undefined) {
      const message = `schema "${name}" is not there: version ${version} of subject "${subject}"`;
      throw new SchemaRegistryError('SCHEMA_REGISTRY_REFUSED', message);
    }
    for (const deeper of await resolveReferences(registry, found.references)) resolved.set(deeper.name, deeper);
    resolved.set(name, { name, schema: found.schema });
  }
  return [...resolved.values()];
}
