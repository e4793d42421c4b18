import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A function of the vectors' program: `NAME` or `NAME:ARG`. */
export type FunctionSpec = string;

export interface StoreSpec {
  readonly name: string;
  readonly type: string;
  readonly keySerde: string;
  readonly valueSerde: string;
  readonly caching?: boolean;
  readonly logging?: boolean;
  readonly topicConfig?: Readonly<Record<string, string>>;
  readonly timestamped?: boolean;
  readonly maxEntries?: number;
  readonly retentionMs?: number;
  readonly windowSizeMs?: number;
  readonly retainDuplicates?: boolean;
  readonly historyRetentionMs?: number;
  readonly segmentIntervalMs?: number;
}

/** One call of the DSL; which members are there depends on `op` (test/conformance/README.md). */
export interface Step {
  readonly op: string;
  readonly id?: string;
  readonly from?: string;
  readonly with?: string;
  readonly [parameter: string]: unknown;
}

export interface InputRecord {
  readonly topic: string;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly keyHex?: string | null;
  readonly valueHex?: string | null;
  readonly timestamp: number;
  readonly headers?: readonly (readonly [string, string | null])[];
}
export type Input = InputRecord | { readonly advanceWallClockMs: number };

export interface ExpectedRecord {
  readonly key: unknown;
  readonly value: unknown;
  readonly timestamp: number | null;
  readonly headers?: readonly (readonly [string, string | null])[];
  readonly keyHex: string | null;
  readonly valueHex: string | null;
}
export interface ExpectedInternalRecord {
  readonly input: number;
  readonly timestamp: number | null;
  readonly headers?: readonly (readonly [string, string | null])[];
  readonly keyHex: string | null;
  readonly valueHex: string | null;
}

export interface Expected {
  readonly describe?: string;
  readonly outputsByInput?: readonly Readonly<Record<string, readonly ExpectedRecord[]>>[];
  readonly internalTopics?: Readonly<Record<string, readonly ExpectedInternalRecord[]>>;
  readonly internalTopicConfigs?: Readonly<
    Record<
      string,
      { readonly type: string; readonly partitions?: number; readonly config: Readonly<Record<string, string>> }
    >
  >;
  readonly stores?: Readonly<Record<string, { readonly type: string; readonly entries: readonly unknown[] }>>;
  readonly error?: {
    readonly phase: 'build' | 'init' | 'run';
    readonly input?: number;
    readonly rootClass: string;
    readonly rootMessage: string;
  };
}

/** One scenario and what the real Kafka Streams did with it. */
export interface Vector {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly config: Readonly<Record<string, string | number | boolean>>;
  readonly topics: Readonly<Record<string, { readonly key: string; readonly value: string }>>;
  readonly topology: readonly Step[];
  readonly inputs: readonly Input[];
  readonly expected: Expected;
}

/** Every vector in the folders, sorted by name; a path to one file is taken too. */
export function loadVectors(paths: readonly string[]): Vector[] {
  const files = paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((name) => name.endsWith('.json'))
          .map((name) => join(path, name))
      : [path],
  );
  return files
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Vector)
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}
