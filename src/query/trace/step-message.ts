import type { TraceEvent, TraceStep } from '../../runtime/trace/record-tracer.js';
import type { Record } from '../../topology/processor.js';
import type { TraceRecord, TraceRecordsResponse } from '../gen/millrace/query/v1/topology_service.js';
import { toTimestamp } from '../timestamps.js';
import { toCutJson } from './cut-json.js';

/** A step as a message, made of copies. */
export function toStepMessage(
  { traceId, taskId, node, event }: TraceStep,
  instanceId: string,
  sequence: number,
): TraceRecordsResponse {
  return { traceId, sequence, instanceId, taskId, node, step: toStep(event) };
}

function toStep(event: TraceEvent): TraceRecordsResponse['step'] {
  switch (event.kind) {
    case 'read': {
      const { topic, partition, offset, record } = event;
      return { $case: 'read', value: { topic, partition, offset, record: toTraceRecord(record) } };
    }
    case 'process':
      return { $case: 'process', value: toTraceRecord(event.record) };
    case 'store': {
      const { store, operation, key, value, windowStartMs } = event;
      const windowStart = windowStartMs === undefined ? undefined : toTimestamp(windowStartMs);
      return { $case: 'store', value: { store, operation, key: json(key), value: json(value), windowStart } };
    }
    case 'send':
      return { $case: 'send', value: { to: event.to, record: toTraceRecord(event.record) } };
    case 'drop':
      return { $case: 'drop', value: { reason: event.reason } };
  }
}

function toTraceRecord({ key, value, timestamp }: Record<unknown, unknown>): TraceRecord {
  return { key: json(key), value: json(value), timestamp: toTimestamp(timestamp) };
}

/** Nothing where there is nothing. */
function json(value: unknown): unknown {
  return value === undefined ? undefined : toCutJson(value);
}
