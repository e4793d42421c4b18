import type { Logger } from '../../observability/log.js';
import type { Serde } from '../../serde/serde.js';
import type { StoreDefinition } from '../../state/store.js';
import type { KnownWriters, StoreWriters } from '../../state/writers/store-writers.js';
import { readerOf, schemaOf } from '../../state/writers/stored-values.js';
import type { BuiltTopology } from '../../topology/node.js';
import { CatalogTopic, type CatalogEntry, type CatalogTopicOptions } from './catalog-topic.js';

export interface StateCatalogOptions extends CatalogTopicOptions {
  readonly topology: BuiltTopology;
  readonly log: Logger;
}

/**
 * What an application knows of its stores beyond what changelogs tell: the schemas that their values were written by. It is
 * kept in a topic of the application's own, and compared with the topology before anything else of the state is looked at.
 */
export class StateCatalog implements KnownWriters {
  readonly #options: StateCatalogOptions;
  readonly #topic: CatalogTopic;
  /** Those with a changelog of their own, by name. */
  readonly #stores: ReadonlyMap<string, StoreDefinition>;
  readonly #writers = new Map<string, WritersOfStore>();

  constructor(options: StateCatalogOptions) {
    this.#options = options;
    this.#topic = new CatalogTopic(options);
    this.#stores = loggedStores(options.topology);
    for (const store of this.#stores.values())
      if (schemaOf(store) !== undefined) this.#writers.set(store.name, new WritersOfStore());
  }

  of(store: string): StoreWriters | undefined {
    return this.#writers.get(store);
  }

  /**
   * Reads the catalog, compares it with the topology, and enters what is missing.
   * @param topics of the broker
   * @throws MillraceError `STATE_SCHEMA_INCOMPATIBLE`
   */
  async open(topics: readonly string[]): Promise<void> {
    const exists = topics.includes(this.#topic.name);
    if (exists) await this.refresh();
    for (const [store, writers] of this.#writers) this.#compare(store, writers);
    const missing = this.#missing();
    if (missing.length === 0) return;
    if (!exists) await this.#topic.create();
    this.#options.log.info({ topic: this.#topic.name, entries: missing.map(({ key }) => key) }, 'entering in the state catalog'); // prettier-ignore
    await this.#topic.append(missing);
    this.#take(missing);
  }

  /** Reads what others have entered. */
  async refresh(): Promise<void> {
    this.#take(await this.#topic.read());
  }

  #take(entries: readonly CatalogEntry[]): void {
    for (const { key, value } of entries) {
      if (key.schema !== undefined && typeof value?.text === 'string')
        this.#writers.get(key.store)?.add(key.schema, value.text);
    }
  }

  #compare(store: string, writers: WritersOfStore): void {
    const schema = this.#schema(store);
    for (const [fingerprint, text] of writers.texts)
      if (schema !== undefined && fingerprint !== schema.fingerprint.toString('hex'))
        readerOf(store, schema, fingerprint, text);
  }

  /** The present schemas that nobody has entered. */
  #missing(): readonly CatalogEntry[] {
    return [...this.#writers].flatMap(([store, { texts }]) => {
      const schema = this.#schema(store);
      const fingerprint = schema?.fingerprint.toString('hex');
      if (schema === undefined || fingerprint === undefined || texts.has(fingerprint)) return [];
      return [{ key: { store, schema: fingerprint }, value: { text: schema.text } }];
    });
  }

  #schema(store: string): Serde<unknown>['schema'] {
    const definition = this.#stores.get(store);
    return definition && schemaOf(definition);
  }
}

class WritersOfStore implements StoreWriters {
  /** By fingerprint, the first one first. */
  readonly texts = new Map<string, string>();

  get first(): string | undefined {
    return this.texts.keys().next().value;
  }

  find(fingerprint: string): string | undefined {
    return this.texts.get(fingerprint);
  }

  add(fingerprint: string, text: string): void {
    this.texts.set(fingerprint, text);
  }
}

function loggedStores({ subTopologies }: BuiltTopology): ReadonlyMap<string, StoreDefinition> {
  const logged = subTopologies.flatMap(({ stores, sourceChangelogs }) =>
    stores.filter(({ name, logging }) => logging !== false && !sourceChangelogs.has(name)),
  );
  return new Map(logged.map((store) => [store.name, store]));
}
