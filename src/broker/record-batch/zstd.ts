import { createRequire } from 'node:module';
import * as zlib from 'node:zlib';

/** Compression of whole buffers by zstd. */
export interface Zstd {
  compress(bytes: Buffer): Buffer;
  decompress(bytes: Buffer): Buffer;
}

interface NodeZstd {
  zstdCompressSync?: (bytes: Buffer) => Buffer;
  zstdDecompressSync?: (bytes: Buffer) => Buffer;
}

/** Node's own zstd; undefined where it has none (before 22.15). */
export function openNodeZstd(): Zstd | undefined {
  // Absent from the typings of the oldest Node we support.
  const { zstdCompressSync, zstdDecompressSync } = zlib as NodeZstd;
  if (!zstdCompressSync || !zstdDecompressSync) return undefined;
  return { compress: (bytes) => zstdCompressSync(bytes), decompress: (bytes) => zstdDecompressSync(bytes) };
}

interface WasmZstd {
  init(): Promise<void>;
  compress(bytes: Uint8Array): Uint8Array;
  decompress(bytes: Uint8Array, options: { defaultHeapSize: number }): Uint8Array;
}

/** The same over WebAssembly, for every Node; undefined if the optional package is missing. */
export async function openWasmZstd(): Promise<Zstd | undefined> {
  let wasm: WasmZstd;
  try {
    wasm = createRequire(import.meta.url)('@bokuweb/zstd-wasm') as WasmZstd;
  } catch {
    return undefined;
  }
  await wasm.init();
  return {
    compress: (bytes) => asBuffer(wasm.compress(bytes)),
    decompress: (bytes) => asBuffer(decompressUnknownSize(wasm, bytes)),
  };
}

const FIRST_GUESS_BYTES = 1 << 20;
const LAST_GUESS_BYTES = 1 << 30;

// Java writes frames without their content's size, for which the module wants a buffer that is large enough.
function decompressUnknownSize(wasm: WasmZstd, bytes: Buffer): Uint8Array {
  for (let size = Math.max(FIRST_GUESS_BYTES, bytes.length * 8); ; size *= 4) {
    try {
      return wasm.decompress(bytes, { defaultHeapSize: size });
    } catch (error) {
      if (!isTooSmall(error) || size >= LAST_GUESS_BYTES) throw error;
    }
  }
}

// ZSTD_error_dstSize_tooSmall
function isTooSmall(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith('code -70');
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
