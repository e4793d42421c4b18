import { RegistryConnection, type RegistryConnectionOptions } from './registry-connection.js';
import { SchemaRegistryError } from './schema-registry-error.js';
import type {
  CompatibilityResult,
  RegisterOptions,
  Schema,
  SchemaReference,
  SchemaRegistry,
  SchemaType,
  SubjectVersion,
} from './schema-registry.js';

/** Where a registry is, and who asks. */
export type HttpRegistryOptions = RegistryConnectionOptions;

/** A schema registry over HTTP: Confluent's, or one that speaks its protocol (Apicurio, Karapace, Redpanda). */
export class HttpRegistry implements SchemaRegistry {
  readonly name: string;
  readonly #connection: RegistryConnection;

  constructor(options: HttpRegistryOptions) {
    this.name = options.urls.join(', ');
    this.#connection = new RegistryConnection(options);
  }

  async schemaById(id: number): Promise<Schema | undefined> {
    const answer = await this.#connection.ask<SchemaAnswer>('GET', `/schemas/ids/${id}`);
    return answer && schemaOf(answer);
  }

  async register(subject: string, schema: Schema, options: RegisterOptions = {}): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions${query(options)}`;
    const answer = await this.#connection.ask<{ readonly id: number }>('POST', path, schema);
    if (answer !== undefined) return answer.id;
    throw new SchemaRegistryError(
      'SCHEMA_REGISTRY_REFUSED',
      `subject "${subject}" cannot be registered at ${this.name}`,
    );
  }

  async lookUp(subject: string, schema: Schema, options: RegisterOptions = {}): Promise<SubjectVersion | undefined> {
    const path = `/subjects/${encodeURIComponent(subject)}${query(options)}`;
    const answer = await this.#connection.ask<VersionAnswer>('POST', path, schema);
    return answer && versionOf(answer);
  }

  async version(subject: string, version: number | 'latest'): Promise<SubjectVersion | undefined> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
    const answer = await this.#connection.ask<VersionAnswer>('GET', path);
    return answer && versionOf(answer);
  }

  async versions(subject: string): Promise<readonly number[]> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    return (await this.#connection.ask<readonly number[]>('GET', path)) ?? [];
  }

  async subjects(): Promise<readonly string[]> {
    return (await this.#connection.ask<readonly string[]>('GET', '/subjects')) ?? [];
  }

  async checkCompatibility(subject: string, schema: Schema): Promise<CompatibilityResult> {
    const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions/latest?verbose=true`;
    const answer = await this.#connection.ask<CompatibilityAnswer>('POST', path, schema);
    if (answer === undefined) return { compatible: true, messages: [] }; // a new subject
    return { compatible: answer.is_compatible, messages: answer.messages ?? [] };
  }

  close(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }
}

interface SchemaAnswer {
  readonly schema: string;
  /** Left out of Avro's. */
  readonly schemaType?: SchemaType;
  readonly references?: readonly SchemaReference[];
}

interface VersionAnswer extends SchemaAnswer {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
}

interface CompatibilityAnswer {
  readonly is_compatible: boolean;
  readonly messages?: readonly string[];
}

function schemaOf({ schema, schemaType = 'AVRO', references = [] }: SchemaAnswer): Schema {
  return { schema, schemaType, references };
}

function versionOf({ subject, version, id, ...answer }: VersionAnswer): SubjectVersion {
  return { subject, version, id, ...schemaOf(answer) };
}

function query({ normalize }: RegisterOptions): string {
  return normalize ? '?normalize=true' : '';
}
