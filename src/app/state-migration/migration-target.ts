import type { BrokerClient } from '../../broker/client/client.js';
import { CatalogTopic } from '../../runtime/state-catalog/catalog-topic.js';
import { loggedStores } from '../../runtime/state-catalog/state-catalog.js';
import type { Serde, ValueSchema } from '../../serde/serde.js';
import { SESSION_SUFFIX, sessionEndOf, sessionStartOf } from '../../state/changelog/session-format.js';
import { WINDOW_SUFFIX, windowStartOf } from '../../state/changelog/window-format.js';
import type { StoreDefinition } from '../../state/store.js';
import { WRITER_HEADER } from '../../state/writers/restored-values.js';
import { schemaOf } from '../../state/writers/stored-values.js';
import { UnknownWriterError } from '../../state/writers/writer-errors.js';
import type { BuiltTopology } from '../../topology/node.js';
import { invalid, MillraceError, messageOf } from '../../util/errors.js';
import type { ConvertValue } from './convert.js';
import type { LiveRecord } from './live-values.js';

/** Which store of which application. */
export interface TargetOptions {
  readonly client: BrokerClient;
  readonly applicationId: string;
  readonly topology: BuiltTopology;
  readonly store: string;
}

/**
 * The store that a migration is of.
 * @throws MillraceError `STORE_NOT_FOUND`, `STATE_NOT_MIGRATABLE`
 */
export async function migrationTarget(options: TargetOptions): Promise<MigrationTarget> {
  const { client, applicationId, topology, store } = options;
  const stores = loggedStores(topology);
  const definition = stores.get(store);
  if (definition === undefined) {
    throw invalid('STORE_NOT_FOUND', `no store "${store}" with a changelog of its own is in the topology`, {
      hint: `There are: ${[...stores.keys()].join(', ') || 'none'}.`,
    });
  }
  const schema = schemaOf(definition);
  if (schema === undefined) throw notMigratable(store, 'they have no schema that is kept with them');
  const repeats = definition.kind === 'window' && definition.retainDuplicates;
  if (repeats || definition.kind === 'changeBuffer' || definition.kind === 'recordBuffer')
    throw notMigratable(store, 'it holds records that wait or are joined');
  const topic = new CatalogTopic({ applicationId, client });
  const exists = (await client.admin.describeTopics([topic.name])).size > 0;
  const entries = exists ? await topic.read() : [];
  const texts = new Map<string, string>();
  for (const { key, value } of entries)
    if (key.store === store && key.schema !== undefined && typeof value?.text === 'string')
      texts.set(key.schema, value.text);
  if (texts.size === 0) throw notMigratable(store, 'the state catalog knows no schema of it');
  return new MigrationTarget(definition, schema, texts, topic);
}

/** The store, and the schemas that its values are of. */
export class MigrationTarget {
  readonly present: string;
  readonly #readers = new Map<string, Pick<Serde<unknown>, 'deserialize'>>();

  constructor(
    readonly definition: StoreDefinition,
    readonly schema: ValueSchema<unknown>,
    private readonly texts: ReadonlyMap<string, string>,
    private readonly topic: CatalogTopic,
  ) {
    this.present = schema.fingerprint.toString('hex');
  }

  writerOf({ headers }: LiveRecord): string {
    const told = headers.findLast(([name]) => name === WRITER_HEADER)?.[1];
    return told?.toString('hex') ?? this.texts.keys().next().value ?? this.present;
  }

  /** The bytes of what is made of a value. */
  async converted(record: LiveRecord, fingerprint: string, convert: ConvertValue): Promise<Buffer | null> {
    const { key, timestamp, value, offset } = record;
    const { name, valueSerde } = this.definition;
    const text = this.texts.get(fingerprint);
    if (text === undefined) throw new UnknownWriterError(name, fingerprint);
    try {
      const old = this.#reader(fingerprint, text).deserialize(value, 0, value.length);
      const made = await convert(old, { key: this.#keyOf(key), timestamp, schema: JSON.parse(text) as unknown });
      return made == null ? null : (valueSerde as Serde<unknown>).serialize(made); // as: it stands in a list of stores of any type
    } catch (error) {
      throw conversionFailed(name, offset, error);
    }
  }

  /** From now on an earlier build finds out that values of this schema are there. */
  async enterPresent(): Promise<void> {
    const { name: store } = this.definition;
    if (this.texts.has(this.present)) return;
    await this.topic.append([{ key: { store, schema: this.present }, value: { text: this.schema.text } }]);
  }

  /** No live value is of another schema any more. */
  async markConverted(): Promise<void> {
    const { name: store } = this.definition;
    const others = [...this.texts].filter(([fingerprint]) => fingerprint !== this.present);
    if (others.length === 0) return;
    await this.topic.append(
      others.map(([schema, text]) => ({ key: { store, schema }, value: { text, converted: true } })),
    );
  }

  #reader(fingerprint: string, text: string): Pick<Serde<unknown>, 'deserialize'> {
    const known = this.#readers.get(fingerprint);
    if (known !== undefined) return known;
    const reader = this.schema.written(text);
    this.#readers.set(fingerprint, reader);
    return reader;
  }

  #keyOf(bytes: Buffer): unknown {
    const { kind } = this.definition;
    const serde = this.definition.keySerde as Serde<unknown>; // as above
    if (kind === 'window')
      return { key: serde.deserialize(bytes, 0, bytes.length - WINDOW_SUFFIX), start: windowStartOf(bytes) };
    if (kind === 'session') {
      const key = serde.deserialize(bytes, 0, bytes.length - SESSION_SUFFIX);
      return { key, start: sessionStartOf(bytes), end: sessionEndOf(bytes) };
    }
    return serde.deserialize(bytes, 0, bytes.length);
  }
}

function notMigratable(store: string, why: string): MillraceError {
  return invalid('STATE_NOT_MIGRATABLE', `the values of store "${store}" cannot be converted: ${why}`, {
    hint: 'Give the store a new name, or process the input again after `millrace reset`.',
    context: { store },
  });
}

function conversionFailed(store: string, offset: number, error: unknown): MillraceError {
  return new MillraceError({
    code: 'STATE_CONVERSION_FAILED',
    kind: 'data',
    message: `a value of store "${store}" was not converted: ${messageOf(error)}`,
    hint: 'Mend the function; what was converted before it is passed by.',
    cause: error,
    context: { store, offset },
  });
}
