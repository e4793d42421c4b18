import type { Logger } from '../../observability/log.js';
import type { StoreDefinition } from '../../state/store.js';
import { shapeChange, shapeOf, type StoreShape } from '../../state/store-shape.js';
import type { KnownWriters, StoreWriters } from '../../state/writers/store-writers.js';
import { readerOf, schemaOf } from '../../state/writers/stored-values.js';
import { changelogTopic, type BuiltTopology } from '../../topology/node.js';
import { CatalogTopic, type CatalogEntry, type CatalogTopicOptions } from './catalog-topic.js';
import { checkChangelogConfigs } from './changelog-configs.js';
import { discardStores } from './discard-stores.js';
import { shapeChanged, type ShapeMismatch, type StateMismatchPolicy } from './state-mismatch.js';

export interface StateCatalogOptions extends CatalogTopicOptions {
  readonly instanceId: string;
  readonly topology: BuiltTopology;
  /** Default `refuse`. */
  readonly onStateMismatch?: StateMismatchPolicy;
  readonly log: Logger;
}

/**
 * What an application knows of its stores beyond what changelogs tell: the schemas that their values were written by, and
 * their shapes. It is kept in a topic of the application's own, and compared with the topology before anything else of the
 * state is looked at.
 */
export class StateCatalog implements KnownWriters {
  readonly #options: StateCatalogOptions;
  readonly #topic: CatalogTopic;
  /** Those with a changelog of their own, by name. */
  readonly #stores: ReadonlyMap<string, StoreDefinition>;
  readonly #writers = new Map<string, WritersOfStore>();
  readonly #shapes = new Map<string, StoreShape>();

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
   * @throws MillraceError `STATE_SCHEMA_INCOMPATIBLE`, `STATE_SHAPE_CHANGED`, `STATE_IN_USE`
   */
  async open(topics: readonly string[]): Promise<void> {
    const exists = topics.includes(this.#topic.name);
    if (!exists && ![...this.#stores.values()].some(needsCatalog)) return;
    if (exists) await this.refresh();
    const discarded = await this.#compareShapes(topics);
    for (const [store, writers] of this.#writers) this.#compareSchemas(store, writers);
    const missing = [...discarded, ...this.#missing()];
    if (missing.length === 0) return;
    if (!exists) await this.#topic.create();
    await this.#topic.append(missing);
    this.#take(missing);
  }

  /** Reads what others have entered. */
  async refresh(): Promise<void> {
    this.#take(await this.#topic.read());
  }

  #take(entries: readonly CatalogEntry[]): void {
    for (const { key, value } of entries) {
      if (key.schema === undefined)
        this.#shapes.set(key.store, value as unknown as StoreShape); // as: entered by `#missing`
      else if (typeof value?.text === 'string')
        this.#writers.get(key.store)?.add(key.schema, value.text, value.converted === true);
    }
  }

  /** Gives the entries that are of no use any more. */
  async #compareShapes(topics: readonly string[]): Promise<readonly CatalogEntry[]> {
    const { onStateMismatch = 'refuse' } = this.#options;
    const changelogs = { ...this.#options, stores: this.#stores.values(), shapes: this.#shapes, topics };
    const mismatches = [...this.#mismatches(), ...(await checkChangelogConfigs(changelogs))];
    const [first] = mismatches;
    if (first === undefined) return [];
    if (onStateMismatch === 'refuse') throw shapeChanged(first);
    await discardStores(mismatches, this.#options);
    return mismatches.flatMap(({ store }) => {
      const texts = this.#writers.get(store)?.texts;
      const entries = [...(texts?.keys() ?? [])].map((schema) => ({ key: { store, schema }, value: null }));
      texts?.clear();
      return entries;
    });
  }

  #mismatches(): readonly ShapeMismatch[] {
    const { applicationId } = this.#options;
    return [...this.#stores.values()].flatMap((definition): ShapeMismatch[] => {
      const was = this.#shapes.get(definition.name);
      const change = was && shapeChange(was, shapeOf(definition));
      const store = definition.name;
      return change === undefined ? [] : [{ store, change, changelog: changelogTopic(applicationId, store) }];
    });
  }

  #compareSchemas(store: string, { texts, converted }: WritersOfStore): void {
    const schema = this.#schema(store);
    const present = schema?.fingerprint.toString('hex');
    for (const [fingerprint, text] of texts)
      if (schema !== undefined && fingerprint !== present && !converted.has(fingerprint))
        readerOf(store, schema, fingerprint, text);
  }

  /** What nobody has entered of the present schemas and shapes. */
  #missing(): readonly CatalogEntry[] {
    const schemas = [...this.#writers].flatMap(([store, { texts, converted }]) => {
      const schema = this.#schema(store);
      const fingerprint = schema?.fingerprint.toString('hex');
      if (schema === undefined || fingerprint === undefined || (texts.has(fingerprint) && !converted.has(fingerprint)))
        return [];
      return [{ key: { store, schema: fingerprint }, value: { text: schema.text } }];
    });
    const shapes = [...this.#stores.values()].flatMap((definition) => {
      const { name } = definition;
      const shape = shapeOf(definition);
      if (JSON.stringify(this.#shapes.get(name)) === JSON.stringify(shape)) return [];
      return [{ key: { store: name }, value: { ...shape } }];
    });
    return [...schemas, ...shapes];
  }

  #schema(store: string): ReturnType<typeof schemaOf> {
    const definition = this.#stores.get(store);
    return definition && schemaOf(definition);
  }
}

class WritersOfStore implements StoreWriters {
  /** By fingerprint, the first one first. */
  readonly texts = new Map<string, string>();
  /** Those of which no live value is left; their texts are still needed for records that later ones replace. */
  readonly converted = new Set<string>();

  get first(): string | undefined {
    return this.texts.keys().next().value;
  }

  find(fingerprint: string): string | undefined {
    return this.texts.get(fingerprint);
  }

  add(fingerprint: string, text: string, converted: boolean): void {
    this.texts.set(fingerprint, text);
    if (converted) this.converted.add(fingerprint);
    else this.converted.delete(fingerprint);
  }
}

/** Stores that restore their state from changelogs of their own. */
export function loggedStores({ subTopologies }: BuiltTopology): ReadonlyMap<string, StoreDefinition> {
  const logged = subTopologies.flatMap(({ stores, sourceChangelogs }) =>
    stores.filter(({ name, logging }) => logging !== false && !sourceChangelogs.has(name)),
  );
  return new Map(logged.map((store) => [store.name, store]));
}

/** Whether there is something to be known of a store that its changelog does not tell. */
function needsCatalog(store: StoreDefinition): boolean {
  return schemaOf(store) !== undefined || ['window', 'session', 'versioned'].includes(store.kind);
}
