import { inflateRawSync } from 'node:zlib';
import type { Type } from 'avsc';
import { avro } from '../../serde/avro/avro.js';
import { compileAvro } from '../../serde/avro/compile-avro.js';
import { invalid, MillraceError } from '../../util/errors.js';
import type { ReadableFile } from './readable-files.js';
import { rowInvalid } from './row-invalid.js';
import type { RowBatch } from './row-reader.js';

const CHUNK_BYTES = 256 << 10;
const SYNC_BYTES = 16;
const MAGIC = 'Obj\u0001';

/**
 * Reads an Avro object container file a block at a time, by the schema in the file. Values are as `avro` makes them: decimals are
 * exact, of several records in a union each says in `type` which one it is.
 */
export async function* readAvroFile(file: ReadableFile, path: string): AsyncGenerator<RowBatch> {
  const input = new AvroInput(file, path);
  const { schema, codec, sync } = await readHeader(input);
  const type = compileAvro(avro.schema(schema).toJSON());
  for (let block = 1; !(await input.ended()); block++) {
    const count = await input.long();
    const data = await input.bytes(await input.long());
    if (!(await input.bytes(SYNC_BYTES)).equals(sync))
      throw input.invalid(`block ${block}`, 'its marker is another one');
    yield { rows: rowsOf(type, decompress(codec, data, path), count, path, block), position: input.position };
  }
}

async function readHeader(input: AvroInput): Promise<{ schema: string; codec: string; sync: Buffer }> {
  if ((await input.bytes(MAGIC.length)).toString('latin1') !== MAGIC)
    throw input.invalid('the begin', 'it is no Avro file');
  const meta = new Map<string, string>();
  for (let count = await input.long(); count !== 0; count = await input.long()) {
    if (count < 0) await input.long(); // the size of what follows, for those who pass over it
    for (let entry = Math.abs(count); entry > 0; entry--) {
      const name = await input.bytes(await input.long());
      meta.set(name.toString(), (await input.bytes(await input.long())).toString());
    }
  }
  const sync = await input.bytes(SYNC_BYTES);
  return { schema: meta.get('avro.schema') ?? '', codec: meta.get('avro.codec') ?? 'null', sync };
}

function rowsOf(type: Type, data: Buffer, count: number, path: string, block: number): unknown[] {
  const rows: unknown[] = [];
  let offset = 0;
  try {
    for (let row = 0; row < count; row++) {
      const read: { value: unknown; offset: number } = type.decode(data, offset); // the values of any type
      if (read.offset < 0) throw rowInvalid(path, `block ${block}`, `it ends in row ${row + 1} of ${count}`);
      rows.push(read.value);
      offset = read.offset;
    }
  } catch (error) {
    throw error instanceof MillraceError ? error : rowInvalid(path, `block ${block}`, error);
  }
  return rows;
}

function decompress(codec: string, data: Buffer, path: string): Buffer {
  if (codec === 'null') return data;
  if (codec === 'deflate') return inflateRawSync(data);
  throw invalid('SOURCE_FORMAT', `"${path}" is compressed by "${codec}"`, {
    hint: 'Write Avro files for a backfill with the codec deflate or null.',
  });
}

/** The bytes of a file, in order. */
class AvroInput {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #readTo = 0;

  constructor(
    private readonly file: ReadableFile,
    private readonly path: string,
  ) {}

  /** Bytes of the file that were taken. */
  get position(): number {
    return this.#readTo - (this.#bytes.length - this.#at);
  }

  async ended(): Promise<boolean> {
    await this.#fill(1);
    return this.#at === this.#bytes.length;
  }

  /** A number in zigzag and varint form. */
  async long(): Promise<number> {
    await this.#fill(10);
    let unsigned = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw this.invalid('the end', 'it is cut short');
      unsigned += (byte & 0x7f) * factor;
      if (byte < 0x80) return unsigned % 2 === 0 ? unsigned / 2 : -(unsigned + 1) / 2;
    }
  }

  async bytes(length: number): Promise<Buffer> {
    await this.#fill(length);
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw this.invalid('the end', 'it is cut short');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  invalid(place: string, problem: string): Error {
    return rowInvalid(this.path, place, problem);
  }

  /** Reads on until so many bytes are there, or the file ends. */
  async #fill(length: number): Promise<void> {
    while (this.#bytes.length - this.#at < length && this.#readTo < this.file.bytes) {
      const wanted = Math.max(CHUNK_BYTES, length);
      const chunk = await this.file.read(this.#readTo, this.#readTo + wanted);
      if (chunk.length === 0) return;
      this.#readTo += chunk.length;
      this.#bytes = Buffer.concat([this.#bytes.subarray(this.#at), chunk]);
      this.#at = 0;
    }
  }
}
