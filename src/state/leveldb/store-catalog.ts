import { MillraceError, invalid } from '../../util/errors.js';
import type { KeyValueStoreDefinition, StoreDefinition, WindowStoreDefinition } from '../store.js';
import { keysWith } from '../base.js';
import type { LevelDatabase } from './level-database.js';
import { FORMAT } from './level-database.js';
import {
  FIRST_STORE_ID,
  FORMAT_KEY,
  POSITIONS_KEY,
  descriptionKey,
  numbersKey,
  storePrefix,
  writerKey,
} from './row-keys.js';
import { readerOf, schemaOf, type FindWriter } from '../writers/stored-values.js';
import { Positions } from '../positions.js';
import { shapeChange, shapeOf, type StoreShape } from '../store-shape.js';

/** Any store but those that are always in memory. */
export type StoreOnDisk = Exclude<StoreDefinition, { readonly storage: 'memory' }>;

export function isOnDisk(definition: StoreDefinition): definition is StoreOnDisk {
  return definition.storage === 'leveldb';
}

/** What the database knows of a store. */
interface StoreDescription {
  readonly id: number;
  /** Kind and options that decide what its rows look like. */
  readonly layout: string;
  /** What its keys stand for; not there where an earlier version wrote it. */
  readonly shape?: StoreShape;
}

/** How a store is claimed. */
export interface ClaimOptions {
  /** The application knows the schemas of the store's changelog, and has compared them. */
  readonly schemasAreKnown: boolean;
  /** What cannot be restored from a changelog is dropped all the same. */
  readonly discard: boolean;
}

/** The stores that a database holds: name to id, and whether their rows are still what the program expects. */
export class StoreCatalog {
  private constructor(
    private readonly database: LevelDatabase,
    private readonly descriptions: Map<string, StoreDescription>,
  ) {}

  /** @throws MillraceError `STATE_FORMAT_UNKNOWN` when a later version wrote the database */
  static async read(database: LevelDatabase): Promise<StoreCatalog> {
    const format = database.getSync(FORMAT_KEY)?.toString() ?? FORMAT;
    if (format !== FORMAT) {
      throw new MillraceError({
        code: 'STATE_FORMAT_UNKNOWN',
        kind: 'invalid',
        message: `The state in "${database.location}" has format ${format}, this version reads ${FORMAT}`,
        hint: 'Run the version that wrote it, or move the folder away: the state is restored from its changelogs.',
      });
    }
    const descriptions = new Map<string, StoreDescription>();
    const area = descriptionKey('');
    for await (const [key, value] of database.iterator(keysWith(area))) {
      const name = key.toString('utf8', area.length);
      descriptions.set(name, JSON.parse(value.toString()) as StoreDescription); // written by `claim`
    }
    return new StoreCatalog(database, descriptions);
  }

  /** Layout by name of store: its first word is the store's kind. */
  layouts(): ReadonlyMap<string, string> {
    return new Map([...this.descriptions].map(([name, { layout }]) => [name, layout]));
  }

  /** The id of a store that is there; undefined when it is not. */
  find(name: string): number | undefined {
    return this.descriptions.get(name)?.id;
  }

  /**
   * The id of a store, new or known. Rows that another definition wrote are deleted with the store's position, so that it
   * is restored from its changelog.
   * @throws MillraceError `STORE_LAYOUT_CHANGED` when there is no changelog to restore from, `STATE_SCHEMA_INCOMPATIBLE`
   */
  async claim(definition: StoreOnDisk, { schemasAreKnown, discard }: ClaimOptions): Promise<number> {
    const id = await this.claimRows(definition, discard);
    await this.claimSchema(definition, id, schemasAreKnown);
    return id;
  }

  private async claimRows(definition: StoreOnDisk, discard: boolean): Promise<number> {
    const layout = layoutOf(definition);
    const shape = shapeOf(definition);
    const known = this.descriptions.get(definition.name);
    const change = known && differenceOf(known, layout, shape);
    if (known?.shape !== undefined && change === undefined) return known.id;
    if (known !== undefined && change !== undefined) await this.dropRows(definition, known, discard, change);
    const id = known?.id ?? FIRST_STORE_ID + this.descriptions.size;
    const description = { id, layout, shape };
    this.descriptions.set(definition.name, description);
    await this.database.batch([
      { type: 'put', key: FORMAT_KEY, value: Buffer.from(FORMAT) },
      { type: 'put', key: descriptionKey(definition.name), value: Buffer.from(JSON.stringify(description)) },
    ]);
    return id;
  }

  /** Enters the schema that values are written by from now on, and compares it with those before it. */
  private async claimSchema(definition: StoreOnDisk, id: number, schemasAreKnown: boolean): Promise<void> {
    const schema = schemaOf(definition);
    if (schema === undefined) return;
    const present = schema.fingerprint.toString('hex');
    if (!schemasAreKnown) {
      for (const [fingerprint, text] of await this.writers(id))
        if (fingerprint !== present) readerOf(definition.name, schema, fingerprint, text);
    }
    const key = writerKey(id, present);
    if (this.database.getSync(key) === undefined)
      await this.database.batch([{ type: 'put', key, value: Buffer.from(schema.text) }]);
  }

  private async writers(id: number): Promise<readonly (readonly [fingerprint: string, text: string])[]> {
    const area = writerKey(id, '');
    const found: (readonly [string, string])[] = [];
    for await (const [key, text] of this.database.iterator(keysWith(area)))
      found.push([key.toString('hex', area.length), text.toString()]);
    return found;
  }

  private async dropRows(
    definition: StoreOnDisk,
    known: StoreDescription,
    discard: boolean,
    change: string,
  ): Promise<void> {
    if (definition.logging === false && !discard) {
      throw invalid('STORE_LAYOUT_CHANGED', `The store "${definition.name}" ${change}`, {
        hint: 'It has no changelog to be restored from: take the old definition, give the store a new name, or let it start empty with ON_STATE_MISMATCH=rebuild.',
      });
    }
    await this.database.clear(keysWith(storePrefix(known.id)));
    await this.database.clear(keysWith(writerKey(known.id, '')));
    const positions = Positions.fromBytes(this.database.getSync(POSITIONS_KEY));
    positions.forgetChangelog(definition.name);
    await this.database.batch([
      { type: 'put', key: POSITIONS_KEY, value: positions.toBytes(() => true) },
      { type: 'del', key: numbersKey(known.id) },
    ]);
  }
}

/** In what the rows of a store are not what the program expects. */
function differenceOf(known: StoreDescription, layout: string, shape: StoreShape): string | undefined {
  if (known.layout !== layout) return `was written as "${known.layout}", the topology has it as "${layout}"`;
  return known.shape && shapeChange(known.shape, shape);
}

/** Finds the schemas that a store's values were written by, as the database has them now. */
export function writersIn(database: LevelDatabase, id: number): FindWriter {
  return (fingerprint) => database.getSync(writerKey(id, fingerprint))?.toString();
}

/** What decides how the rows of a store are laid out on disk; its first word is the store's kind. */
export function layoutOf(definition: StoreOnDisk): string {
  return schemaOf(definition) === undefined ? rowLayout(definition) : `${rowLayout(definition)} behind writers`;
}

function rowLayout(definition: StoreOnDisk): string {
  switch (definition.kind) {
    case 'keyValue':
      return keyValueLayout(definition);
    case 'window':
      if (definition.retainDuplicates && !definition.timestamped)
        return `window chunks retention ${definition.retentionMs}`;
      // The segments' length follows from the retention and decides where a row stands.
      return `window${definition.timestamped ? ' timestamped' : ''}${orderOf(definition)} retention ${definition.retentionMs}`;
    case 'session':
      return `session${definition.timeOrdered === true ? ' by end and start' : ''} retention ${definition.retentionMs}`;
    case 'versioned':
      return `versioned retention ${definition.historyRetentionMs} segments ${definition.segmentIntervalMs}`;
  }
}

function keyValueLayout({ timestamped, prefixed = false, laneAt, ttlMs }: KeyValueStoreDefinition): string {
  const time = timestamped ? ' timestamped' : ttlMs === undefined ? '' : ' expiring';
  const lanes = laneAt === undefined ? '' : ` lanes at ${laneAt}`;
  return `keyValue${time}${prefixed ? ' prefixed' : ''}${lanes}`;
}

function orderOf(definition: WindowStoreDefinition): string {
  const indexed = definition.indexed === true ? ' indexed' : '';
  return definition.timeOrdered === true ? `${indexed} by time` : indexed;
}
