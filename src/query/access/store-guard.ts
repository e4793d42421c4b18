import type { StateQueries } from '../state-queries.js';
import type { ListStoresResponse } from '../gen/millrace/query/v1/state_query_service.js';
import type { Access } from './access.js';
import { storeNotAllowed } from './access-errors.js';
import type { Caller } from './caller.js';

interface StoreRequest {
  readonly application: string;
  readonly store: string;
}

/** Holds the rules of stores where every query passes, whichever way it came. */
export class StoreGuard {
  /** The applications that have a store, by its name; asked for once. */
  #applications: Promise<ReadonlyMap<string, readonly string[]>> | undefined;

  constructor(
    private readonly access: Pick<Access, 'allowsStore' | 'hasStoreRules'>,
    private readonly queries: Pick<StateQueries, 'listStores'>,
  ) {}

  /**
   * Lets a request through that reads no store, or one that its caller may read. One that leaves the application out may mean
   * any that has such a store.
   * @returns a promise only where there are rules and the application is left out
   * @throws MillraceError `STORE_NOT_ALLOWED`
   */
  check(request: unknown, caller: Caller): Promise<void> | undefined {
    if (!this.access.hasStoreRules || !readsStore(request)) return undefined;
    if (request.application === '') return this.#checkAll(request.store, caller);
    this.#expectAllowed(request, caller);
    return undefined;
  }

  /** The stores that a caller may read. */
  listed({ stores }: ListStoresResponse, caller: Caller): ListStoresResponse {
    return { stores: stores.filter(({ application, name }) => this.access.allowsStore(caller, application, name)) };
  }

  async #checkAll(store: string, caller: Caller): Promise<void> {
    this.#applications ??= this.#applicationsByStore();
    const applications = await this.#applications;
    for (const application of applications.get(store) ?? []) this.#expectAllowed({ application, store }, caller);
  }

  #expectAllowed({ application, store }: StoreRequest, caller: Caller): void {
    if (!this.access.allowsStore(caller, application, store)) throw storeNotAllowed(caller, application, store);
  }

  async #applicationsByStore(): Promise<ReadonlyMap<string, readonly string[]>> {
    try {
      const { stores } = await this.queries.listStores({ application: '' });
      const byStore = new Map<string, string[]>();
      for (const { name, application } of stores) byStore.set(name, [...(byStore.get(name) ?? []), application]);
      return byStore;
    } catch (error) {
      this.#applications = undefined; // asked again at the next call
      throw error;
    }
  }
}

function readsStore(request: unknown): request is StoreRequest {
  return typeof request === 'object' && request !== null && 'store' in request && 'application' in request;
}
