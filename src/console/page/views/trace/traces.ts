import { int, type Json } from '../../api/messages.js';
import { shapeIds } from '../../graph/graph-model.js';
import { isInternal } from '../../live/application-figures.js';
import { formatTime } from '../../format/time.js';
import type { TraceStepMessage } from './trace-messages.js';

/** One step in words, and where it happened. */
export interface TraceStep {
  readonly kind: 'read' | 'process' | 'store' | 'send' | 'drop';
  readonly taskId: string;
  readonly node: string;
  /** What was done, such as `put balances`. */
  readonly what: string;
  readonly key: Json | undefined;
  readonly value: Json | undefined;
  /** Event time of the record. */
  readonly timestamp: string | undefined;
  /** Shapes of the graph that it lights up. */
  readonly shapes: readonly string[];
}

/** All that one record of a source caused. */
export interface Trace {
  readonly id: string;
  readonly steps: readonly TraceStep[];
}

/** What was followed so far. */
export interface Traces {
  /** The newest first. */
  readonly all: readonly Trace[];
  /** Steps that came faster than they were taken. */
  readonly missed: number;
}

export const NO_TRACES: Traces = { all: [], missed: 0 };

/** Traces that are shown; the rest is forgotten. */
const MOST_TRACES = 100;

/**
 * Adds a step to its trace, or a trace.
 * @param application whose repartition topics the graph names without it
 */
export function withStep(traces: Traces, message: TraceStepMessage, application: string): Traces {
  if (message.missed !== undefined) return { ...traces, missed: traces.missed + int(message.missed) };
  const step = stepOf(message, application);
  if (!step) return traces;
  const id = message.traceId ?? '';
  const known = traces.all.find((trace) => trace.id === id);
  if (!known) return { ...traces, all: [{ id, steps: [step] }, ...traces.all].slice(0, MOST_TRACES) };
  const longer = { id, steps: [...known.steps, step] };
  return { ...traces, all: traces.all.map((trace) => (trace === known ? longer : trace)) };
}

/** Shapes that a trace reached, with the place of each. */
export function litShapes({ steps }: Trace, until = steps.length): ReadonlyMap<string, number> {
  const lit = new Map<string, number>();
  for (const { shapes } of steps.slice(0, until)) {
    for (const shape of shapes) if (!lit.has(shape)) lit.set(shape, lit.size + 1);
  }
  return lit;
}

function stepOf(message: TraceStepMessage, application: string): TraceStep | undefined {
  const { taskId = '', node = '', read, process, store, send, drop } = message;
  const at = { taskId, node };
  const here = shapeIds.node(node);
  const topic = (name = ''): string => shapeIds.topic(graphTopic(name, application));
  if (read) {
    const what = `read ${read.topic ?? ''}-${read.partition ?? 0} at offset ${int(read.offset)}`;
    return { kind: 'read', ...at, what, ...recordOf(read.record), shapes: [topic(read.topic), here] };
  }
  if (process) return { kind: 'process', ...at, what: 'has it', ...recordOf(process), shapes: [here] };
  if (store) {
    const window = store.windowStart === undefined ? '' : `, window of ${formatTime(store.windowStart)}`;
    const what = `${store.operation ?? 'used'} ${store.store ?? ''}${window}`;
    const { key, value } = store;
    return {
      kind: 'store',
      ...at,
      what,
      key,
      value,
      timestamp: undefined,
      shapes: [here, shapeIds.store(store.store ?? '')],
    };
  }
  if (send) {
    return {
      kind: 'send',
      ...at,
      what: `sent to ${send.to ?? ''}`,
      ...recordOf(send.record),
      shapes: [here, topic(send.to)],
    };
  }
  if (!drop) return undefined;
  return { kind: 'drop', ...at, what: `dropped: ${drop.reason ?? ''}`, ...recordOf(undefined), shapes: [here] };
}

/** A topic of the broker as the graph names it. */
function graphTopic(name: string, application: string): string {
  return isInternal(application, name) ? name.slice(application.length + 1) : name;
}

function recordOf(record: TraceStepMessage['process']): Pick<TraceStep, 'key' | 'value' | 'timestamp'> {
  return { key: record?.key, value: record?.value, timestamp: record?.timestamp };
}
