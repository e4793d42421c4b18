import type { Int64, Json } from '../../api/messages.js';

/** One step of a record that is followed, as TraceRecords sends it. */
export interface TraceStepMessage {
  readonly traceId?: string;
  readonly sequence?: Int64;
  readonly instanceId?: string;
  readonly taskId?: string;
  readonly node?: string;
  readonly read?: TraceReadMessage;
  readonly process?: TraceRecordMessage;
  readonly store?: TraceStoreAccessMessage;
  readonly send?: { readonly to?: string; readonly record?: TraceRecordMessage };
  readonly drop?: { readonly reason?: string };
  readonly missed?: Int64;
}

export interface TraceRecordMessage {
  readonly key?: Json;
  readonly value?: Json;
  readonly timestamp?: string;
}

export interface TraceReadMessage {
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: Int64;
  readonly record?: TraceRecordMessage;
}

export interface TraceStoreAccessMessage {
  readonly store?: string;
  readonly operation?: string;
  readonly key?: Json;
  readonly value?: Json;
  readonly windowStart?: string;
}
