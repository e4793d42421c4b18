import { createRequire } from 'node:module';
import type avsc from 'avsc';

const require = createRequire(import.meta.url);
let loaded: typeof avsc | undefined;

/** The Avro engine. It takes a tenth of a second to load, so programs without Avro never do. */
export function engine(): typeof avsc {
  loaded ??= require('avsc') as typeof avsc; // what the package's own types say it exports
  return loaded;
}

/**
 * What every type of the engine does and its own types leave out; the union type builds on it, and the engine is pinned to
 * one version for it.
 */
export interface EngineType {
  _read(tap: Tap): unknown;
  _write(tap: Tap, value: unknown): void;
  _check(value: unknown, flags: unknown, hook: CheckHook | undefined, path: unknown): boolean;
  _copy(value: unknown, options: CopyOptions | undefined): unknown;
  createResolver(writer: avsc.Type, options: object): Readable;
}

/** Is told of a part that is not of its type. */
export type CheckHook = (value: unknown, type: avsc.Type) => void;

/** How `_copy` copies; as JSON of a default it is given `wrap: 2`. */
export interface CopyOptions {
  readonly coerce?: number;
  readonly wrap?: number;
}

/** Where the engine reads and writes at the moment. */
export interface Tap {
  readLong(): number;
  writeLong(value: number): void;
}

/** A resolver: reads what was written by another schema. */
export interface Readable {
  _read: (tap: Tap) => unknown;
}
