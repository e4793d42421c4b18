import { SchemaRegistryError } from '../../serde/registry/schema-registry-error.js';
import type {
  CompatibilityResult,
  RegisterOptions,
  Schema,
  SchemaRegistry,
  SubjectVersion,
} from '../../serde/registry/schema-registry.js';

/** A schema that an application writes with, or keeps its state in. */
export interface PlannedSchema {
  readonly subject: string;
  readonly schema: Schema;
  readonly options: RegisterOptions;
  /** The version that the registry has it as; undefined when it does not. */
  readonly found: SubjectVersion | undefined;
  /** That version, or the one that it would get, under an id below 0. */
  readonly becomes: SubjectVersion;
  /** The application registers it when it starts; else it has to be there. */
  readonly registers: boolean;
}

/**
 * A registry before the schemas of an application are registered in it: registering is noted, and answered as if it had been
 * done.
 */
export class PlannedRegistry implements SchemaRegistry {
  readonly name: string;
  readonly #planned = new Map<string, PlannedSchema>();
  readonly #read = new Map<string, SubjectVersion | undefined>();
  #lastRead: string | undefined;

  constructor(private readonly registry: SchemaRegistry) {
    this.name = registry.name;
  }

  /** What was asked to be registered or looked up; what others refer to comes before them. */
  get planned(): readonly PlannedSchema[] {
    return [...this.#planned.values()];
  }

  /** Subjects whose latest version was asked for, with it; a planned one is later than those of the registry. */
  get read(): ReadonlyMap<string, SubjectVersion | undefined> {
    return this.#read;
  }

  /** The one that was asked for last. */
  get lastRead(): string | undefined {
    return this.#lastRead;
  }

  async register(subject: string, schema: Schema, options: RegisterOptions = {}): Promise<number> {
    return (await this.#plan(subject, schema, options, true)).becomes.id;
  }

  async lookUp(subject: string, schema: Schema, options: RegisterOptions = {}): Promise<SubjectVersion | undefined> {
    return (await this.#plan(subject, schema, options, false)).becomes;
  }

  async version(subject: string, version: number | 'latest'): Promise<SubjectVersion | undefined> {
    if (version !== 'latest') return this.#only(subject, version)?.becomes ?? this.registry.version(subject, version);
    const latest = this.#lastPlanned(subject) ?? (await this.registry.version(subject, 'latest'));
    this.#read.set(subject, latest);
    this.#lastRead = subject;
    return latest;
  }

  /** None: old versions are not needed to tell what would be registered. */
  versions(): Promise<readonly number[]> {
    return Promise.resolve([]);
  }

  schemaById(id: number): Promise<Schema | undefined> {
    return this.registry.schemaById(id);
  }

  subjects(): Promise<readonly string[]> {
    return this.registry.subjects();
  }

  checkCompatibility(subject: string, schema: Schema): Promise<CompatibilityResult> {
    return this.registry.checkCompatibility(subject, schema);
  }

  /** The registry itself is its opener's. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Whether a schema refers to one that is not registered yet, so that the registry cannot be asked about it. */
  refersToPlanned({ references }: Schema): boolean {
    return references.some(({ subject, version }) => this.#only(subject, version) !== undefined);
  }

  /** What is not registered yet and would be that version. */
  #only(subject: string, version: number): PlannedSchema | undefined {
    return this.#lacking(subject).find(({ becomes }) => becomes.version === version);
  }

  #lastPlanned(subject: string): SubjectVersion | undefined {
    return this.#lacking(subject).at(-1)?.becomes;
  }

  #lacking(subject: string): readonly PlannedSchema[] {
    return this.planned.filter((each) => each.found === undefined && each.subject === subject);
  }

  async #plan(subject: string, schema: Schema, options: RegisterOptions, registers: boolean): Promise<PlannedSchema> {
    const key = JSON.stringify([subject, schema.schemaType, schema.schema, schema.references]);
    const known = this.#planned.get(key);
    if (known !== undefined) {
      const both = { ...known, registers: known.registers || registers };
      this.#planned.set(key, both);
      return both;
    }
    const found = await this.#find(subject, schema, options);
    const becomes = found ?? (await this.#next(subject, schema));
    const planned = { subject, schema, options, found, becomes, registers };
    this.#planned.set(key, planned);
    return planned;
  }

  async #next(subject: string, schema: Schema): Promise<SubjectVersion> {
    const latest = await this.registry.version(subject, 'latest');
    const version = (latest?.version ?? 0) + this.#lacking(subject).length + 1;
    return { ...schema, subject, version, id: -1 - this.#planned.size };
  }

  async #find(subject: string, schema: Schema, options: RegisterOptions): Promise<SubjectVersion | undefined> {
    if (this.refersToPlanned(schema)) return undefined;
    try {
      return await this.registry.lookUp(subject, schema, options);
    } catch (error) {
      if (isRefused(error)) return undefined; // of a schema of another format, say: the check tells why
      throw error;
    }
  }
}

/** Whether a registry does not take a schema at all. */
export function isRefused(error: unknown): error is SchemaRegistryError {
  return error instanceof SchemaRegistryError && error.code === 'SCHEMA_REGISTRY_REFUSED';
}
