import type { CatalogEntry } from '../../runtime/state-catalog/catalog-topic.js';
import { loggedStores } from '../../runtime/state-catalog/state-catalog.js';
import type { StoreDefinition } from '../../state/store.js';
import { shapeChange, shapeOf, type StoreShape } from '../../state/store-shape.js';
import { schemaOf } from '../../state/writers/stored-values.js';
import type { BuiltTopology } from '../../topology/node.js';
import { messageOf } from '../../util/errors.js';
import { row, type PlanRow } from './plan-row.js';

/** What becomes of stores whose shape or schema the application's state catalog has otherwise. */
export function planCatalog(topology: BuiltTopology, catalog: readonly CatalogEntry[]): readonly PlanRow[] {
  return [...loggedStores(topology).values()].flatMap((store) => {
    const entries = catalog.filter(({ key }) => key.store === store.name);
    const planned = planShape(store, entries) ?? planSchema(store, entries);
    return planned === undefined ? [] : [planned];
  });
}

function planShape(store: StoreDefinition, entries: readonly CatalogEntry[]): PlanRow | undefined {
  const was = entries.find(({ key }) => key.schema === undefined)?.value as StoreShape | undefined; // as: the runtime entered it
  const change = was && shapeChange(was, shapeOf(store));
  if (change === undefined) return undefined;
  return row('store', store.name, 'refused', `it ${change}: give it a new name, or let it start empty with ON_STATE_MISMATCH=rebuild`); // prettier-ignore
}

function planSchema(store: StoreDefinition, entries: readonly CatalogEntry[]): PlanRow | undefined {
  const schema = schemaOf(store);
  const writers = entries.filter(({ key, value }) => key.schema !== undefined && value?.converted !== true);
  if (schema === undefined || writers.length === 0) return undefined;
  const present = schema.fingerprint.toString('hex');
  try {
    for (const { key, value } of writers)
      if (key.schema !== present && typeof value?.text === 'string') schema.readerOf(value.text);
  } catch (error) {
    const remedy = 'mend the schema, or convert the values with `millrace state migrate`';
    return row('store', store.name, 'refused', `its values cannot be read: ${messageOf(error)}: ${remedy}`);
  }
  if (writers.some(({ key }) => key.schema === present)) return undefined;
  return row('store', store.name, 'kept', 'its schema is new, and reads the values of earlier ones');
}
