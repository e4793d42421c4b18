import { createRequire } from 'node:module';
import * as zlib from 'node:zlib';
import { invalid } from '../../util/errors.js';
import { CorruptRecordError } from './corrupt-record-error.js';
import { frameSnappy, unframeSnappy, type RawSnappy } from './snappy-framing.js';
import { openNodeZstd, openWasmZstd } from './zstd.js';

/** How the records of a batch are compressed; a batch without compression is `none`. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

// In the order of their numbers in a batch's attributes.
const BY_CODE: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** A compression's number in the attributes of a batch. */
export function codecOf(compression: Compression): number {
  return BY_CODE.indexOf(compression);
}

/** The compression behind a number; `offset` is for the error. @throws CorruptRecordError if there is none */
export function compressionOf(code: number, offset: number): Compression {
  const compression = BY_CODE[code];
  if (compression === undefined) throw new CorruptRecordError(offset, `it names the unknown compression ${code}`);
  return compression;
}

interface Codec {
  compress(bytes: Buffer): Buffer;
  decompress(bytes: Buffer): Buffer;
}

// A codec's library is loaded when its first batch comes.
const opened = new Map<Compression, Codec>();

/**
 * Compresses the records of a batch as Kafka's Java client does (snappy in xerial framing, lz4 as a frame).
 * @throws MillraceError `COMPRESSION_UNAVAILABLE`
 */
export function compress(compression: Compression, bytes: Buffer): Buffer {
  return compression === 'none' ? bytes : codec(compression).compress(bytes);
}

/**
 * The records of a compressed batch; snappy raw or framed.
 * @throws MillraceError `COMPRESSION_UNAVAILABLE`
 */
export function decompress(compression: Compression, bytes: Buffer): Buffer {
  return compression === 'none' ? bytes : codec(compression).decompress(bytes);
}

function codec(compression: Exclude<Compression, 'none'>): Codec {
  let found = opened.get(compression);
  if (!found) {
    found = open(compression);
    opened.set(compression, found);
  }
  return found;
}

function open(compression: Exclude<Compression, 'none'>): Codec {
  switch (compression) {
    case 'gzip':
      return { compress: (bytes) => zlib.gzipSync(bytes), decompress: (bytes) => zlib.gunzipSync(bytes) };
    case 'snappy':
      return openSnappy();
    case 'lz4':
      return openLz4();
    case 'zstd':
      return openNodeZstd() ?? orUnavailable('zstd', '@bokuweb/zstd-wasm', openWasmZstd);
  }
}

interface SnappyOptions {
  readonly copyOutputData: boolean;
}

// Else each result is memory outside the heap, which costs Node 20 ten times the work and is freed late.
const COPIED: SnappyOptions = { copyOutputData: true };

function openSnappy(): Codec {
  const { compressSync, uncompressSync } = load<{
    compressSync: (bytes: Buffer, options: SnappyOptions) => Buffer;
    uncompressSync: (bytes: Buffer, options: SnappyOptions) => Buffer;
  }>('snappy', 'snappy');
  const raw: RawSnappy = {
    compress: (bytes) => compressSync(bytes, COPIED),
    decompress: (bytes) => uncompressSync(bytes, COPIED),
  };
  return { compress: (bytes) => frameSnappy(bytes, raw), decompress: (bytes) => unframeSnappy(bytes, raw) };
}

function openLz4(): Codec {
  const { compressFrameSync, decompressFrameSync } = load<{
    compressFrameSync: (bytes: Buffer) => Buffer;
    decompressFrameSync: (bytes: Buffer) => Buffer;
  }>('lz4', 'lz4-napi');
  return { compress: (bytes) => compressFrameSync(bytes), decompress: (bytes) => decompressFrameSync(bytes) };
}

function load<T>(compression: Compression, packageName: string): T {
  // What the package's typings say; there is nothing else to check it by.
  return orUnavailable(compression, packageName, () => createRequire(import.meta.url)(packageName) as T);
}

function orUnavailable<T>(compression: Compression, packageName: string, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    throw invalid('COMPRESSION_UNAVAILABLE', `Compression "${compression}" is not available`, {
      hint: `Install "${packageName}" for this platform, or use another compression.`,
      cause,
    });
  }
}
