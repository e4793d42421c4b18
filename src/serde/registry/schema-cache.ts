import type { Logger } from '../../observability/log.js';
import type { Metrics } from '../../observability/metrics.js';
import { MillraceError, messageOf } from '../../util/errors.js';
import type { Clock } from '../../util/time.js';
import { SerdeError } from '../serde-error.js';
import type { KnownSchema } from './known-schema.js';
import { resolveReferences } from './resolve-references.js';
import { SchemaPendingError, SchemaRegistryError } from './schema-registry-error.js';
import type { RegisterOptions, Schema, SchemaReference, SchemaRegistry } from './schema-registry.js';

/** How long it is believed that a registry does not have a schema. */
const ABSENT_MS = 60_000;
/** How long another refusal is told without asking again. */
const REFUSED_MS = 1_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

interface Refusal {
  readonly error: MillraceError;
  readonly untilMs: number;
}

/** A schema to be registered, with those it refers to, which are registered before it. */
export interface OwnSchema extends Omit<Schema, 'references'> {
  readonly references: readonly NamedSchema[];
}

/** A schema that another refers to, under a subject of its own. */
export interface NamedSchema extends OwnSchema {
  readonly name: string;
  readonly subject: string;
}

export interface SchemaCacheOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * What is known of a registry. Schemas by id never change, so each is asked for once; asking goes on, with longer and longer
 * pauses, until the registry answers.
 */
export class SchemaCache {
  readonly #known = new Map<number, KnownSchema>();
  readonly #refused = new Map<number, Refusal>();
  readonly #pending = new Map<number, SchemaPendingError>();
  readonly #own = new Map<string, Promise<number>>();
  readonly #closing = new AbortController();
  readonly #removeGauge: () => void;

  constructor(
    readonly registry: SchemaRegistry,
    private readonly options: SchemaCacheOptions,
  ) {
    this.#removeGauge = options.metrics.gauge('millrace_schema_registry_pending', {}, () => this.#pending.size);
  }

  /**
   * A schema by its id.
   * @throws SchemaPendingError when it is not known yet
   * @throws SerdeError `SCHEMA_NOT_FOUND` when the registry does not have it
   * @throws SchemaRegistryError when the registry refuses to tell
   */
  get(serde: string, id: number, subjects: ReadonlySet<string>): KnownSchema {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const refused = this.#refused.get(id);
    if (refused !== undefined && refused.untilMs > this.options.clock.monotonicMs()) throw refused.error;
    let pending = this.#pending.get(id);
    if (pending === undefined) {
      pending = new SchemaPendingError(id, this.#fetch(serde, id, subjects));
      this.#pending.set(id, pending);
    }
    throw pending;
  }

  /** Registers a schema and what it refers to. Gives its id; asks once per subject and schema. */
  register(subject: string, schema: OwnSchema, options: RegisterOptions): Promise<number> {
    return this.#once('register', subject, schema, async (references) => {
      const text = { ...schema, references };
      return this.#keep(await this.registry.register(subject, text, options), text);
    });
  }

  /**
   * The id of a schema that is registered already.
   * @throws SchemaRegistryError `SCHEMA_NOT_REGISTERED`
   */
  lookUp(subject: string, schema: OwnSchema, options: RegisterOptions): Promise<number> {
    return this.#once('lookUp', subject, schema, async (references) => {
      const text = { ...schema, references };
      const found = await this.registry.lookUp(subject, text, options);
      if (found !== undefined) return this.#keep(found.id, text);
      throw await this.#notRegistered(subject, text);
    });
  }

  /** The latest version of a subject, ready to be read. */
  async latest(subject: string): Promise<KnownSchema | undefined> {
    const latest = await this.registry.version(subject, 'latest');
    return latest && (await this.#remember(latest.id, latest));
  }

  /** Makes known all versions of a subject, so that nothing has to be waited for when what they wrote is read; gives them. */
  async learn(subject: string): Promise<readonly KnownSchema[]> {
    const versions: KnownSchema[] = [];
    for (const version of await this.registry.versions(subject)) {
      const found = await this.registry.version(subject, version);
      if (found !== undefined) versions.push(this.#known.get(found.id) ?? (await this.#remember(found.id, found)));
    }
    return versions;
  }

  /** Stops asking. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#removeGauge();
    await this.registry.close();
  }

  async #fetch(serde: string, id: number, subjects: ReadonlySet<string>): Promise<void> {
    try {
      const schema = await this.#patiently(id, () => this.registry.schemaById(id));
      if (schema === undefined) this.#refuse(id, this.#notFound(serde, id, subjects), ABSENT_MS);
      else await this.#patiently(id, () => this.#remember(id, schema));
    } catch (error) {
      this.#refuse(id, refusalOf(error), REFUSED_MS);
    } finally {
      this.#pending.delete(id);
    }
  }

  #refuse(id: number, error: MillraceError, forMs: number): void {
    this.#refused.set(id, { error, untilMs: this.options.clock.monotonicMs() + forMs });
  }

  /** Asks until there is an answer, or nobody waits for one any longer. */
  async #patiently<T>(id: number, ask: () => Promise<T>): Promise<T> {
    const { clock, log, metrics } = this.options;
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)) {
      try {
        return await ask();
      } catch (error) {
        if (!isUnavailable(error) || this.#closing.signal.aborted) throw error;
        metrics.counter('millrace_schema_registry_retries_total').value++;
        log.warn(
          { err: error, schema: id, retryInMs: delayMs },
          'records wait for a schema: asking the registry again',
        );
        await clock.sleep(delayMs, this.#closing.signal);
      }
    }
  }

  #once(
    how: string,
    subject: string,
    schema: OwnSchema,
    ask: (references: readonly SchemaReference[]) => Promise<number>,
  ): Promise<number> {
    const key = `${how} ${subject} ${schema.schema}`;
    let asked = this.#own.get(key);
    if (asked === undefined) {
      asked = this.#references(schema.references).then(ask);
      this.#own.set(key, asked);
      asked.catch(() => this.#own.delete(key)); // the next one asks again
    }
    return asked;
  }

  async #references(schemas: readonly NamedSchema[]): Promise<readonly SchemaReference[]> {
    const references: SchemaReference[] = [];
    for (const { name, subject, ...schema } of schemas) {
      await this.register(subject, schema, {});
      const text = { ...schema, references: await this.#references(schema.references) };
      const found = await this.registry.lookUp(subject, text);
      if (found === undefined) throw await this.#notRegistered(subject, text);
      references.push({ name, subject, version: found.version });
    }
    return references;
  }

  #notFound(serde: string, id: number, subjects: ReadonlySet<string>): SerdeError {
    const expected = [...subjects].map((subject) => `"${subject}"`).join(', ');
    const message = `schema ${id} (subject ${expected}) is not in the registry ${this.registry.name}`;
    return new SerdeError('SCHEMA_NOT_FOUND', serde, message);
  }

  async #notRegistered(subject: string, schema: Schema): Promise<SchemaRegistryError> {
    const { compatible, messages } = await this.registry.checkCompatibility(subject, schema);
    const fits = compatible
      ? 'It is compatible with the versions that are there.'
      : `It is not compatible: ${messages.join('; ')}`;
    return new SchemaRegistryError(
      'SCHEMA_NOT_REGISTERED',
      `the schema of subject "${subject}" is not registered at ${this.registry.name}`,
      fits,
    );
  }

  async #keep(id: number, schema: Schema): Promise<number> {
    if (!this.#known.has(id)) await this.#remember(id, schema);
    return id;
  }

  async #remember(id: number, { schemaType, schema, references }: Schema): Promise<KnownSchema> {
    const resolved = await resolveReferences(this.registry, references);
    const known: KnownSchema = { id, schemaType, schema, references, resolved };
    this.#known.set(id, known);
    return known;
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof MillraceError && error.kind === 'unavailable';
}

function refusalOf(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error;
  return new SchemaRegistryError('SCHEMA_REGISTRY_REFUSED', messageOf(error), undefined, error);
}
