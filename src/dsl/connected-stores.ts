import type { StoreDefinition } from '../state/store.js';
import type { Connected } from './options.js';

/** The stores of a processor: those to connect by name, and those to add. */
export function connectedStores({ stores = [] }: Connected): {
  connects: () => readonly string[];
  stores: () => readonly StoreDefinition[];
} {
  const names = stores.filter((store) => typeof store === 'string');
  const definitions = stores.filter((store) => typeof store !== 'string');
  return { connects: () => names, stores: () => definitions };
}
