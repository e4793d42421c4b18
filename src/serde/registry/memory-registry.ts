import type { CompatibilityResult, Schema, SchemaRegistry, SubjectVersion } from './schema-registry.js';

const COMPATIBLE: CompatibilityResult = { compatible: true, messages: [] };

/**
 * A registry in memory, for tests and for runs without a server: ids count up from 1 and are the same for the same text; every
 * schema is taken as compatible.
 */
export class MemoryRegistry implements SchemaRegistry {
  readonly name: string = 'memory';
  readonly #schemas: Schema[] = [];
  readonly #ids = new Map<string, number>();
  readonly #subjects = new Map<string, number[]>();

  schemaById(id: number): Promise<Schema | undefined> {
    return Promise.resolve(this.#schemas[id - 1]);
  }

  register(subject: string, schema: Schema): Promise<number> {
    const id = this.#idOf(schema);
    const versions = this.#subjects.get(subject) ?? [];
    if (!versions.includes(id)) this.#subjects.set(subject, [...versions, id]);
    return Promise.resolve(id);
  }

  lookUp(subject: string, schema: Schema): Promise<SubjectVersion | undefined> {
    const id = this.#ids.get(keyOf(schema));
    const at = id === undefined ? -1 : (this.#subjects.get(subject) ?? []).indexOf(id);
    return at < 0 ? Promise.resolve(undefined) : this.version(subject, at + 1);
  }

  version(subject: string, version: number | 'latest'): Promise<SubjectVersion | undefined> {
    const ids = this.#subjects.get(subject) ?? [];
    const number = version === 'latest' ? ids.length : version;
    const id = ids[number - 1];
    const schema = id === undefined ? undefined : this.#schemas[id - 1];
    return Promise.resolve(schema && id !== undefined ? { ...schema, subject, version: number, id } : undefined);
  }

  versions(subject: string): Promise<readonly number[]> {
    return Promise.resolve((this.#subjects.get(subject) ?? []).map((_, index) => index + 1));
  }

  subjects(): Promise<readonly string[]> {
    return Promise.resolve([...this.#subjects.keys()]);
  }

  checkCompatibility(): Promise<CompatibilityResult> {
    return Promise.resolve(COMPATIBLE);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #idOf(schema: Schema): number {
    const key = keyOf(schema);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#schemas.push(schema);
    this.#ids.set(key, id);
    return id;
  }
}

function keyOf({ schemaType, schema, references }: Schema): string {
  return JSON.stringify([schemaType, schema, references]);
}
