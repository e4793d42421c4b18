import { prepareStoreSerdes, type SerdesToPrepare } from '../../runtime/prepare-serdes.js';

/** The serdes of an application's stores, as another thread than that which registers their schemas needs them. */
export class StoreSerdes {
  #prepared: Promise<void> | undefined;

  constructor(private readonly application: SerdesToPrepare) {}

  /**
   * Makes known what the stores hold, once; where that failed, again at the next call. To be called when a task runs: its
   * schemas are registered then.
   * @throws SchemaRegistryError `SCHEMA_REGISTRY_UNAVAILABLE` and its like
   */
  async prepare(): Promise<void> {
    this.#prepared ??= prepareStoreSerdes(this.application);
    try {
      await this.#prepared;
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }
}
