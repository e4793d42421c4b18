import type { Schema } from './schema-registry.js';

/** A schema with all that it refers to. */
export interface KnownSchema extends Schema {
  readonly id: number;
  /** By the names that it uses for them, each behind those it needs itself. */
  readonly resolved: readonly ResolvedReference[];
}

/** A schema that another refers to. */
export interface ResolvedReference {
  readonly name: string;
  readonly schema: string;
}
