/** The formats that a registry keeps, by the names that it gives them. */
export type SchemaType = 'AVRO' | 'JSON' | 'PROTOBUF';

/** A schema that another refers to by name, as a version of a subject. */
export interface SchemaReference {
  /** How the schema refers to it: a full name in Avro, a path in Protobuf, a URL in JSON Schema. */
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/** A schema as a registry keeps it. */
export interface Schema {
  readonly schemaType: SchemaType;
  /** Its text. */
  readonly schema: string;
  readonly references: readonly SchemaReference[];
}

/** A version of a subject. */
export interface SubjectVersion extends Schema {
  readonly subject: string;
  /** Counts up from 1 in each subject. */
  readonly version: number;
  /** Of the schema's text, the same in every subject. */
  readonly id: number;
}

/** Whether a schema may become the next version of a subject. */
export interface CompatibilityResult {
  readonly compatible: boolean;
  /** Why not, where the registry tells. */
  readonly messages: readonly string[];
}

/** How a schema is registered or looked up. */
export interface RegisterOptions {
  /** The registry brings the text into a normal form first, so that blanks and the order of members make no new version. */
  readonly normalize?: boolean;
}

/**
 * A schema registry that speaks Confluent's protocol, one request per call. Undefined stands for what is not there.
 *
 * Every method throws SchemaRegistryError: `SCHEMA_REGISTRY_UNAVAILABLE` (no answer, or one that says to try again later),
 * `SCHEMA_REGISTRY_UNAUTHORIZED`, `SCHEMA_REGISTRY_REFUSED`.
 */
export interface SchemaRegistry {
  /** For messages: its address. */
  readonly name: string;
  schemaById(id: number): Promise<Schema | undefined>;
  /** The schema's id; a new version unless the subject has it. @throws SchemaRegistryError `SCHEMA_INCOMPATIBLE` */
  register(subject: string, schema: Schema, options?: RegisterOptions): Promise<number>;
  /** The version of the subject that has this schema. */
  lookUp(subject: string, schema: Schema, options?: RegisterOptions): Promise<SubjectVersion | undefined>;
  version(subject: string, version: number | 'latest'): Promise<SubjectVersion | undefined>;
  /** Ascending; none when there is no such subject. */
  versions(subject: string): Promise<readonly number[]>;
  subjects(): Promise<readonly string[]>;
  /** Against the versions that the subject's compatibility asks for; compatible when there is none. */
  checkCompatibility(subject: string, schema: Schema): Promise<CompatibilityResult>;
  /** Frees connections. */
  close(): Promise<void>;
}
