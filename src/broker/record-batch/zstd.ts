import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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

interface WasmInstance {
  readonly exports: object;
}

// Part of every Node, but only of the browser's typings.
declare const WebAssembly: {
  readonly Module: new (bytes: Buffer) => object;
  readonly Instance: new (module: object, imports: object) => WasmInstance;
};

/** The parts of `@bokuweb/zstd-wasm`, whose own `init` is asynchronous; Emscripten's hook below is not. */
interface ZstdModule {
  instantiateWasm: (imports: object, receive: (instance: WasmInstance) => void) => object;
  init: () => void;
}
type Compress = (bytes: Uint8Array) => Uint8Array;
type Decompress = (bytes: Uint8Array, options: { defaultHeapSize: number }) => Uint8Array;

/** The same over WebAssembly, for every Node; takes 10 ms and 5 MB. @throws if the package is missing */
export function openWasmZstd(): Zstd {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@bokuweb/zstd-wasm'));
  const { Module } = require(join(folder, 'module.js')) as { Module: ZstdModule };
  Module.instantiateWasm = (imports, receive) => {
    const wasm = new WebAssembly.Module(readFileSync(join(folder, 'zstd.wasm')));
    const instance = new WebAssembly.Instance(wasm, imports);
    receive(instance);
    return instance.exports;
  };
  Module.init();
  const { compress } = require(join(folder, 'simple/compress.js')) as { compress: Compress };
  const { decompress } = require(join(folder, 'simple/decompress.js')) as { decompress: Decompress };
  return {
    compress: (bytes) => asBuffer(compress(bytes)),
    decompress: (bytes) => asBuffer(decompressUnknownSize(decompress, bytes)),
  };
}

const FIRST_GUESS_BYTES = 1 << 20;
const LAST_GUESS_BYTES = 1 << 28;

// Java writes frames without their content's size, for which the module wants a buffer that is large enough.
function decompressUnknownSize(decompress: Decompress, bytes: Buffer): Uint8Array {
  for (let size = Math.max(FIRST_GUESS_BYTES, bytes.length * 8); ; size *= 4) {
    try {
      return decompress(bytes, { defaultHeapSize: size });
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
