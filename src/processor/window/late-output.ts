import { Record, type Processor, type ProcessorContext } from '../../topology/processor.js';
import type { Header } from '../../util/headers.js';
import { ContextualProcessor } from '../contextual-processor.js';

/*
 * Where late records go. An operator forwards them, wrapped, to a child of their own; that child passes them on and nothing
 * else, since the operator's results reach every child.
 */

/** Names of the headers that tell why a record was late; values are text, times in milliseconds. */
export const LATE_HEADERS = Object.freeze({
  /** The operator that dropped the record. */
  node: 'millrace.late.node',
  /** The operator's stream time when the record came. */
  streamTime: 'millrace.late.stream-time',
  /** Start and end of the closed window that the record was for; an operator without windows has none. */
  windowStart: 'millrace.late.window-start',
  windowEnd: 'millrace.late.window-end',
});

/** A value on its way from an operator to its late child. */
class LateValue<V> {
  constructor(readonly value: V) {}
}

/** An operator's way to drop late records: counted, and sent to the late child if the program asked for it. */
export class LateOutput {
  readonly #context: ProcessorContext;
  readonly #child: string | undefined;

  constructor(context: ProcessorContext, child: string | undefined) {
    this.#context = context;
    this.#child = child;
  }

  /** Drops a record at this stream time; `window`: the closed window that it was for. */
  drop(
    { key, value, timestamp, headers }: Record<unknown, unknown>,
    streamTimeMs: number,
    window?: { readonly start: number; readonly end: number },
  ): void {
    this.#context.dropped('late');
    if (this.#child === undefined) return;
    const why: Header[] = [
      [LATE_HEADERS.node, Buffer.from(this.#context.nodeName)],
      [LATE_HEADERS.streamTime, Buffer.from(String(streamTimeMs))],
    ];
    if (window !== undefined) {
      why.push([LATE_HEADERS.windowStart, Buffer.from(String(window.start))]);
      why.push([LATE_HEADERS.windowEnd, Buffer.from(String(window.end))]);
    }
    this.#context.forward(new Record(key, new LateValue(value), timestamp, [...headers, ...why]), this.#child);
  }
}

/** The late child: passes late records on, and ignores the operator's results. */
export class LateRecordsProcessor<K, V> extends ContextualProcessor<K, unknown, K, V> implements Processor {
  process(record: Record<K, unknown>): void {
    if (!(record.value instanceof LateValue)) return;
    const { value } = record.value as LateValue<V>; // the operator above wrapped what it was given
    this.context.forward(record.withValue(value));
  }
}
