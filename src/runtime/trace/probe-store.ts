import type { StateStore } from '../../state/store.js';
import { accessesOf } from './store-accesses.js';
import type { CurrentSite } from './trace.js';

type Method = (...args: unknown[]) => unknown;

/**
 * Tells the trace for which a node runs of each access to a store. The store's methods are shadowed by ones that tell, so
 * that a store that nobody looks at is as it was, and pays nothing.
 * @returns takes the probe off; probes of one store come off in the reverse order
 */
export function probeStore(store: StateStore, current: CurrentSite): () => void {
  const methods = store as unknown as Record<string, Method | undefined>; // what is not a method of its kind is not looked up
  let inside = false; // methods call one another
  const shadowed = Object.entries(accessesOf(store.definition.kind)).flatMap(([operation, describe]) => {
    const method = methods[operation];
    if (method === undefined) return [];
    methods[operation] = (...args) => {
      const { site } = current;
      if (site === undefined || inside) return Reflect.apply(method, store, args);
      inside = true;
      try {
        const result = Reflect.apply(method, store, args);
        const event = { kind: 'store', store: store.name, operation, ...describe(args, result) } as const;
        site.trace.tell(site.taskId, site.node, event);
        return result;
      } finally {
        inside = false;
      }
    };
    return [operation];
  });
  return () => {
    for (const operation of shadowed.reverse()) Reflect.deleteProperty(store, operation);
  };
}
