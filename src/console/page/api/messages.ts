/**
 * What the page reads of the API, as proto JSON has it: fields at their default are left out, 64-bit integers may be
 * text, times are ISO 8601.
 */
export type Int64 = number | string;

/** JSON of a key or a value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface InstanceMessage {
  readonly application?: string;
  readonly instanceId?: string;
  readonly grpcEndpoint?: string;
  readonly httpEndpoint?: string;
  readonly state?: string;
  readonly activeTasks?: readonly string[];
  readonly standbyTasks?: readonly string[];
}

export interface TaskMessage {
  readonly application?: string;
  readonly taskId?: string;
  readonly instanceId?: string;
  readonly state?: string;
  readonly partitions?: readonly TaskPartitionMessage[];
  readonly restoreRemaining?: Int64;
}

export interface TaskPartitionMessage {
  readonly topic?: string;
  readonly partition?: number;
  readonly committedOffset?: Int64;
  readonly endOffset?: Int64;
  readonly lag?: Int64;
}

export interface MetricsMessage {
  readonly nodes?: readonly NodeMetricsMessage[];
  readonly stores?: readonly StoreMetricsMessage[];
  readonly topics?: readonly TopicMetricsMessage[];
  readonly instances?: readonly InstanceMetricsMessage[];
}

interface OfInstance {
  readonly application?: string;
  readonly instanceId?: string;
}

export interface NodeMetricsMessage extends OfInstance {
  readonly node?: string;
  readonly records?: Int64;
  readonly errors?: Int64;
  readonly dropped?: Int64;
  readonly latencySeconds?: number;
  readonly pending?: Int64;
}

export interface StoreMetricsMessage extends OfInstance {
  readonly store?: string;
  readonly entries?: Int64;
  readonly restoreRemaining?: Int64;
  readonly restored?: Int64;
}

export interface TopicMetricsMessage extends OfInstance {
  readonly topic?: string;
  readonly consumedRecords?: Int64;
  readonly consumedBytes?: Int64;
  readonly producedRecords?: Int64;
  readonly producedBytes?: Int64;
  readonly lag?: Int64;
}

export interface InstanceMetricsMessage extends OfInstance {
  readonly state?: string;
  readonly failure?: string;
  readonly observeTime?: string;
  readonly startTime?: string;
  readonly cpuSeconds?: number;
  readonly residentBytes?: Int64;
  readonly commits?: Int64;
  readonly commitFailures?: Int64;
  readonly rebalances?: Int64;
  readonly deadLetters?: Int64;
}

export type StoreKind = 'STORE_KIND_KEY_VALUE' | 'STORE_KIND_WINDOW' | 'STORE_KIND_SESSION' | 'STORE_KIND_VERSIONED';

export interface StoreMessage {
  readonly application?: string;
  readonly name?: string;
  readonly kind?: StoreKind;
  readonly keySerde?: string;
  readonly valueSerde?: string;
  readonly persistent?: boolean;
  readonly retention?: DurationMessage;
  readonly windowSize?: DurationMessage;
}

/** `"60s"`, or its parts. */
export type DurationMessage = string | { readonly seconds?: Int64; readonly nanos?: number };

export interface RecordMessage {
  readonly key?: Json;
  readonly value?: Json;
  readonly timestamp?: string;
  readonly validTo?: string;
}

export interface WindowMessage {
  readonly record?: RecordMessage;
  readonly windowStart?: string;
  readonly windowEnd?: string;
}

/** A query of a topology, as `/api/queries` lists it. */
export interface QueryMessage {
  readonly application: string;
  readonly name: string;
  /** With names in braces. */
  readonly path: string;
  readonly options: readonly string[];
}

/** A number of proto JSON; a field at its default is not there. */
export function int(value: Int64 | undefined): number {
  return Number(value ?? 0);
}

/** Milliseconds of a duration; undefined: there is none. */
export function millis(duration: DurationMessage | undefined): number | undefined {
  if (duration === undefined) return undefined;
  if (typeof duration === 'string') return Number.parseFloat(duration) * 1_000;
  return int(duration.seconds) * 1_000 + (duration.nanos ?? 0) / 1_000_000;
}
