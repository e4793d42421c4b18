import type { StoreDefinition, StoreKind } from '../state/store.js';
import type { BuiltTopology } from '../topology/node.js';
import { applicationNotFound, applicationRequired, storeNotFound, wrongStoreKind } from './query-errors.js';
import type { ReadableApplication } from './readable-application.js';

/** A store and the application it was found in. */
export interface FoundStore<D extends StoreDefinition = StoreDefinition, A extends Searchable = ReadableApplication> {
  readonly application: A;
  readonly definition: D;
}

/** Which methods read which kind of store. */
const METHODS: Readonly<Record<StoreKind, string>> = {
  keyValue: 'Get, MultiGet, List or Range',
  window: 'FetchWindow or FetchWindows',
  session: 'FetchSessions',
  versioned: 'Get or ListVersions',
  changeBuffer: 'no method',
  recordBuffer: 'no method',
  pendingBuffer: 'no method',
};

/** Every store of a topology that can be read from outside, global ones included, by name. */
export function storesOf(topology: BuiltTopology): readonly StoreDefinition[] {
  const byName = new Map<string, StoreDefinition>();
  for (const { stores } of topology.subTopologies) for (const store of stores) byName.set(store.name, store);
  for (const { store } of topology.globalStores) byName.set(store.name, store);
  const readable = [...byName.values()].filter(({ kind }) => METHODS[kind] !== 'no method');
  return readable.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** An application as far as its stores are to be found. */
export type Searchable = Pick<ReadableApplication, 'id' | 'topology'>;

/** Finds applications and stores by the names that requests give. */
export class StoreCatalog<A extends Searchable = ReadableApplication> {
  constructor(readonly applications: () => readonly A[]) {}

  /**
   * The applications meant: the one named, or all.
   * @throws MillraceError `APPLICATION_NOT_FOUND`
   */
  named(application: string): readonly A[] {
    const running = this.applications();
    if (application === '') return running;
    const found = running.filter(({ id }) => id === application);
    if (found.length === 0) {
      throw applicationNotFound(
        application,
        running.map(({ id }) => id),
      );
    }
    return found;
  }

  /**
   * The one application meant.
   * @throws MillraceError `APPLICATION_NOT_FOUND`, `APPLICATION_REQUIRED`
   */
  only(application: string): A {
    const [first, ...others] = this.named(application);
    if (!first) throw applicationNotFound(application, []);
    if (others.length > 0) {
      throw applicationRequired(
        'what you ask for',
        [first, ...others].map(({ id }) => id),
      );
    }
    return first;
  }

  /**
   * The store meant, which has to be of one of the kinds that `method` reads.
   * @throws MillraceError `STORE_NOT_FOUND`, `APPLICATION_REQUIRED`, `UNKNOWN_QUERY_TYPE`
   */
  find<K extends StoreKind>(
    request: { readonly application: string; readonly store: string },
    method: string,
    ...kinds: readonly K[]
  ): FoundStore<Extract<StoreDefinition, { kind: K }>, A> {
    const { application, definition } = this.store(request);
    if (!isOfKind(definition, kinds)) {
      throw wrongStoreKind(definition.name, definition.kind, method, METHODS[definition.kind]);
    }
    return { application, definition };
  }

  /**
   * The store meant, of whatever kind.
   * @throws MillraceError `STORE_NOT_FOUND`, `APPLICATION_REQUIRED`, `APPLICATION_NOT_FOUND`
   */
  store({
    application,
    store,
  }: {
    readonly application: string;
    readonly store: string;
  }): FoundStore<StoreDefinition, A> {
    const searched = this.named(application);
    const found = searched.flatMap((each) =>
      storesOf(each.topology)
        .filter(({ name }) => name === store)
        .map((definition) => ({ application: each, definition })),
    );
    const [first, ...others] = found;
    if (!first) {
      const known = searched.flatMap(({ topology }) => storesOf(topology).map(({ name }) => name));
      throw storeNotFound(store, application, known);
    }
    if (others.length > 0) {
      throw applicationRequired(
        `store "${store}"`,
        found.map((each) => each.application.id),
      );
    }
    return first;
  }
}

function isOfKind<K extends StoreKind>(
  definition: StoreDefinition,
  kinds: readonly K[],
): definition is Extract<StoreDefinition, { kind: K }> {
  return kinds.some((kind) => kind === definition.kind);
}
