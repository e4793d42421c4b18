import type {
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyVersionedKeyValueStore,
  ReadOnlyWindowStore,
  StateStore,
  StoreDefinition,
} from '../../state/store.js';
import type { BuiltTopology } from '../../topology/node.js';
import type { ApplicationState } from '../application-state.js';
import type { GlobalStores } from '../global/global-stores.js';
import type { TaskRegistry } from '../task-registry.js';
import { InvalidStateStoreError, storeNotFound, storeUnavailable } from './invalid-state-store-error.js';
import { KeyValueView } from './key-value-view.js';
import { SessionView } from './session-view.js';
import { VersionedView } from './versioned-view.js';
import { WindowView } from './window-view.js';

/** Read-only views over the stores of this instance, by name. */
export class StoreViews {
  constructor(
    private readonly topology: BuiltTopology,
    private readonly holders: { readonly registry: TaskRegistry; readonly globals: Pick<GlobalStores, 'stores'> },
    private readonly state: () => ApplicationState,
  ) {}

  /** @throws InvalidStateStoreError `STORE_NOT_FOUND`, `STORE_UNAVAILABLE`, `STORE_KIND_UNSUPPORTED` */
  view(name: string): StateStore {
    const definitions = [
      ...this.topology.subTopologies.flatMap(({ stores }) => stores),
      ...this.topology.globalStores.map(({ store }) => store),
    ];
    const definition = definitions.find((store) => store.name === name);
    if (!definition) {
      throw storeNotFound(
        name,
        definitions.map((store) => store.name),
      );
    }
    this.#parts(name);
    return this.#viewOf(definition);
  }

  #viewOf(definition: StoreDefinition): StateStore {
    const { name, kind } = definition;
    // as: the parts were made from this definition, so they are of its kind
    if (kind === 'keyValue') {
      return new KeyValueView(
        definition,
        () => this.#parts(name) as readonly ReadOnlyKeyValueStore<unknown, unknown>[],
      );
    }
    if (kind === 'window') {
      return new WindowView(definition, () => this.#parts(name) as readonly ReadOnlyWindowStore<unknown, unknown>[]);
    }
    if (kind === 'session') {
      return new SessionView(definition, () => this.#parts(name) as readonly ReadOnlySessionStore<unknown, unknown>[]);
    }
    if (kind === 'versioned') {
      return new VersionedView(
        definition,
        () => this.#parts(name) as readonly ReadOnlyVersionedKeyValueStore<unknown, unknown>[],
      );
    }
    throw new InvalidStateStoreError({
      code: 'STORE_KIND_UNSUPPORTED',
      kind: 'invalid',
      message: `store "${name}" of kind "${kind}" cannot be read from outside its processors`,
      context: { store: name },
    });
  }

  #parts(name: string): readonly StateStore[] {
    const state = this.state();
    if (state !== 'RUNNING') throw storeUnavailable(name, state);
    const { registry, globals } = this.holders;
    const global = globals.stores.get(name);
    return global !== undefined ? [global] : registry.running.flatMap((owned) => owned.state?.stores.get(name) ?? []);
  }
}
