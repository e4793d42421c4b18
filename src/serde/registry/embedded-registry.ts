import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '../../observability/log.js';
import { messageOf } from '../../util/errors.js';
import { checkReads } from '../avro/backward-compatibility.js';
import { MemoryRegistry } from './memory-registry.js';
import { resolveReferences } from './resolve-references.js';
import { SchemaRegistryError } from './schema-registry-error.js';
import type { CompatibilityResult, Schema, SchemaRegistry, SubjectVersion } from './schema-registry.js';

const LINE_END = 0x0a;

/** A line of the file. */
interface Registered extends Schema {
  readonly subject: string;
}

/**
 * A schema registry in a file, for runs without a server. A line per version of a subject, as JSON, in the order in which they
 * were registered: ids and versions follow from it, so they are the same after a restart.
 *
 *     {"subject":"sales-value","schemaType":"AVRO","schema":"…","references":[]}
 *
 * A last line that is cut off was never answered for; the next one takes its place. One process writes; its other threads
 * may read. A new version has to read what the one before it wrote (BACKWARD), as far as it is Avro.
 */
export class EmbeddedRegistry implements SchemaRegistry {
  readonly name: string;
  readonly #known = new MemoryRegistry();
  #file: Promise<FileHandle> | undefined;
  /** Of the lines that are known. */
  #end = 0;
  /** Settles when what was asked before is done. */
  #turn: Promise<unknown> = Promise.resolve();

  /** Nothing is opened before something is asked. */
  constructor(
    path: string,
    private readonly log: Logger,
  ) {
    this.name = path;
  }

  schemaById(id: number): Promise<Schema | undefined> {
    return this.#inTurn(() => this.#known.schemaById(id));
  }

  register(subject: string, schema: Schema): Promise<number> {
    return this.#inTurn(async (file) => {
      const found = await this.#known.lookUp(subject, schema);
      if (found !== undefined) return found.id;
      const { compatible, messages } = await this.#check(subject, schema);
      if (!compatible) throw incompatible(subject, messages);
      await this.#append(file, { subject, ...schema });
      return this.#known.register(subject, schema);
    });
  }

  lookUp(subject: string, schema: Schema): Promise<SubjectVersion | undefined> {
    return this.#inTurn(() => this.#known.lookUp(subject, schema));
  }

  version(subject: string, version: number | 'latest'): Promise<SubjectVersion | undefined> {
    return this.#inTurn(() => this.#known.version(subject, version));
  }

  versions(subject: string): Promise<readonly number[]> {
    return this.#inTurn(() => this.#known.versions(subject));
  }

  subjects(): Promise<readonly string[]> {
    return this.#inTurn(() => this.#known.subjects());
  }

  checkCompatibility(subject: string, schema: Schema): Promise<CompatibilityResult> {
    return this.#inTurn(() => this.#check(subject, schema));
  }

  async close(): Promise<void> {
    await this.#turn;
    await (await this.#file)?.close();
    this.#file = undefined;
  }

  /** One after the other, each with all that is in the file. */
  #inTurn<T>(work: (file: FileHandle) => Promise<T>): Promise<T> {
    const done = this.#turn.then(async () => {
      this.#file ??= this.#open();
      const file = await this.#file;
      await this.#catchUp(file);
      return work(file);
    });
    this.#turn = done.catch(() => undefined); // whoever asked is told
    return done;
  }

  async #open(): Promise<FileHandle> {
    this.log.info({ file: this.name }, 'using the embedded schema registry');
    const file = await open(this.name, constants.O_RDWR | constants.O_CREAT);
    const folder = await open(dirname(this.name));
    await folder.sync(); // the file's name is there after a crash, too
    await folder.close();
    return file;
  }

  async #catchUp(file: FileHandle): Promise<void> {
    const { size } = await file.stat();
    if (size <= this.#end) return;
    const bytes = Buffer.alloc(size - this.#end);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#end);
    const end = bytes.subarray(0, bytesRead).lastIndexOf(LINE_END) + 1;
    for (const line of bytes.toString('utf8', 0, end).split('\n')) {
      if (line === '') continue;
      const { subject, ...schema } = JSON.parse(line) as Registered; // as: it was written here
      await this.#known.register(subject, schema);
    }
    this.#end += end;
  }

  async #append(file: FileHandle, { subject, schemaType, schema, references }: Registered): Promise<void> {
    const line = Buffer.from(`${JSON.stringify({ subject, schemaType, schema, references })}\n`);
    await file.write(line, 0, line.length, this.#end);
    await file.datasync();
    this.#end += line.length;
  }

  async #check(subject: string, schema: Schema): Promise<CompatibilityResult> {
    if (schema.schemaType !== 'AVRO') return { compatible: true, messages: [] };
    const latest = await this.#known.version(subject, 'latest');
    const own = { ...schema, resolved: await resolveReferences(this.#known, schema.references) };
    const written = latest?.schemaType === 'AVRO' ? latest : undefined;
    const before = written && { ...written, resolved: await resolveReferences(this.#known, written.references) };
    refuseWhatIsNone(own);
    try {
      checkReads(own, before);
      return { compatible: true, messages: [] };
    } catch (error) {
      return { compatible: false, messages: [messageOf(error)] };
    }
  }
}

function refuseWhatIsNone(schema: Parameters<typeof checkReads>[0]): void {
  try {
    checkReads(schema, undefined);
  } catch (error) {
    throw new SchemaRegistryError('SCHEMA_REGISTRY_REFUSED', messageOf(error), undefined, error);
  }
}

function incompatible(subject: string, messages: readonly string[]): SchemaRegistryError {
  const message = `a schema is not compatible with the latest of subject "${subject}"`;
  return new SchemaRegistryError('SCHEMA_INCOMPATIBLE', message, messages.join('; '));
}
