import { schemaOf } from './writers/stored-values.js';
import type { StoreDefinition, StoreKind } from './store.js';

/** What the keys of a store stand for, where their bytes do not tell: what is read of it by another would be wrong. */
export interface StoreShape {
  readonly kind: StoreKind;
  /** Of windows that are aggregated. */
  readonly windowSizeMs?: number;
  /** Of sessions. */
  readonly gapMs?: number;
  /** Values have their writer's schema with them. */
  readonly withSchema?: true;
  /** Of windows, sessions and versions. What it is may change: the rows are laid out anew. */
  readonly retentionMs?: number;
}

/** The shape of a store. Join sides keep records, not windows: their size is only what they are kept for. */
export function shapeOf(definition: StoreDefinition): StoreShape {
  return { ...shapeOfKeys(definition), ...(schemaOf(definition) === undefined ? {} : { withSchema: true }) };
}

function shapeOfKeys(definition: StoreDefinition): StoreShape {
  const { kind } = definition;
  switch (definition.kind) {
    case 'window': {
      const { retentionMs, retainDuplicates, windowSizeMs } = definition;
      return retainDuplicates ? { kind, retentionMs } : { kind, windowSizeMs, retentionMs };
    }
    case 'session': {
      const { retentionMs, gapMs } = definition;
      return gapMs === undefined ? { kind, retentionMs } : { kind, gapMs, retentionMs };
    }
    case 'versioned':
      return { kind, retentionMs: definition.historyRetentionMs };
    default:
      return { kind };
  }
}

/** In what a store cannot be read as it was written: `was of kind window, and is of kind session`; undefined: it can. */
export function shapeChange(was: StoreShape, is: StoreShape): string | undefined {
  if (was.kind !== is.kind) return `was of kind ${was.kind}, and is of kind ${is.kind}`;
  if (differ(was.windowSizeMs, is.windowSizeMs))
    return `had windows of ${was.windowSizeMs} ms, and has windows of ${is.windowSizeMs} ms`;
  if (differ(was.gapMs, is.gapMs)) return `had a session gap of ${was.gapMs} ms, and has one of ${is.gapMs} ms`;
  if (was.withSchema !== is.withSchema)
    return is.withSchema ? 'held values without a schema, and has values of one' : 'held values of a schema, and has values without one'; // prettier-ignore
  return undefined;
}

/** What one of them does not tell is no difference. */
function differ(was: number | undefined, is: number | undefined): boolean {
  return was !== undefined && is !== undefined && was !== is;
}
