import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { AvroSchema } from '../../serde/avro/avro-schema.js';
import { avro } from '../../serde/avro/avro.js';
import { inOnePiece } from '../../serde/avro/referenced-schemas.js';
import { EMPTY_BYTES } from '../../util/bytes.js';
import type { FileEncoder, FileEncoding, FileFormat } from './file-format.js';

/** How the blocks of a file are compressed. */
export type AvroCodec = 'deflate' | 'null';

export interface AvroFileOptions<T> {
  /** Of a row. What it refers to is defined in the file, too, which is read by the schema in it alone. */
  readonly schema: AvroSchema<T>;
  /** Default `'deflate'`. */
  readonly codec?: AvroCodec;
}

const BLOCK_BYTES = 64 << 10;
const SYNC_BYTES = 16;

const Header = avro.record('org.apache.avro.file.Header', {
  magic: avro.fixed('Magic', 4),
  meta: avro.map(avro.bytes()),
  sync: avro.fixed('Sync', SYNC_BYTES),
});
const Block = avro.record('org.apache.avro.file.Block', {
  count: avro.long(),
  data: avro.bytes(),
  sync: avro.fixed('Sync', SYNC_BYTES),
});

/**
 * Avro object container files (https://avro.apache.org/docs/1.12.0/specification/#object-container-files), in blocks of 64 KiB
 * before compression. Rows are values of the schema:
 *
 *     const Row = avro.record('shop.Row', { seller: avro.string(), amount: avro.decimal(12, 2) })
 *     fileSink({ to: '/data/sales', format: avroFile({ schema: Row }), row: ({ key, value }) => ({ … }) })
 *
 * A row that is none meets the production policy (`SERDE_INVALID_VALUE`).
 * @throws MillraceError `AVRO_SCHEMA_INVALID` (when a partition is opened)
 */
export function avroFile<T>({ schema, codec = 'deflate' }: AvroFileOptions<T>): FileFormat<T> {
  return { extension: 'avro', load: () => Promise.resolve().then(() => encodingOf(schema, codec)) };
}

function encodingOf<T>(schema: AvroSchema<T>, codec: AvroCodec): FileEncoding<T> {
  const serde = avro.bare(schema);
  const container = containerOf(JSON.stringify(inOnePiece(schema)), codec);
  return { prepare: (row) => serde.serialize(row), begin: () => new AvroEncoder(container) };
}

/** What stands around the rows of a file. */
interface Container {
  header(sync: Buffer): Buffer;
  block(rows: readonly Buffer[], sync: Buffer): Buffer;
  /** The marker between blocks, which must not be in them by chance. The same rows give the same file. */
  sync(firstRow: Buffer): Buffer;
}

function containerOf(schema: string, codec: AvroCodec): Container {
  const header = avro.bare(Header);
  const block = avro.bare(Block);
  const magic = Buffer.from('Obj\x01', 'latin1');
  const meta = { 'avro.schema': Buffer.from(schema), 'avro.codec': Buffer.from(codec) };
  const compress = codec === 'deflate' ? (data: Buffer) => deflateRawSync(data) : (data: Buffer) => data;
  return {
    header: (sync) => header.serialize({ magic, meta, sync }),
    block: (rows, sync) => block.serialize({ count: rows.length, data: compress(Buffer.concat(rows)), sync }),
    sync: (firstRow) => createHash('sha256').update(schema).update(firstRow).digest().subarray(0, SYNC_BYTES),
  };
}

class AvroEncoder implements FileEncoder {
  #sync: Buffer | undefined;
  #rows: Buffer[] = [];
  #bytes = 0;

  constructor(private readonly container: Container) {}

  encode(rows: readonly Buffer[]): Buffer {
    const parts: Buffer[] = [];
    for (const row of rows) {
      if (this.#sync === undefined) {
        this.#sync = this.container.sync(row);
        parts.push(this.container.header(this.#sync));
      }
      this.#rows.push(row);
      this.#bytes += row.length;
      if (this.#bytes >= BLOCK_BYTES) parts.push(this.#block(this.#sync));
    }
    return Buffer.concat(parts);
  }

  finish(): Uint8Array {
    return this.#sync === undefined || this.#rows.length === 0 ? EMPTY_BYTES : this.#block(this.#sync);
  }

  #block(sync: Buffer): Buffer {
    const block = this.container.block(this.#rows, sync);
    this.#rows = [];
    this.#bytes = 0;
    return block;
  }
}
