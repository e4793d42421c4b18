import type { Processor, ProcessorContext, Record } from '../topology/processor.js';
import type { Header } from '../util/headers.js';
import { ContextualProcessor } from './contextual-processor.js';

/*
 * Where records go that are not among an operator's results. The operator forwards them, wrapped, to a child of their own;
 * that child passes them on and nothing else, since the operator's results reach every child.
 */

/** A value on its way from an operator to a child for records aside. */
class AsideValue<V> {
  constructor(readonly value: V) {}
}

/** Sends a record to a child for records aside, with further headers. */
export function forwardAside(
  context: ProcessorContext,
  record: Record<unknown, unknown>,
  child: string,
  headers: readonly Header[] = [],
): void {
  const wrapped = record.withValue(new AsideValue(record.value));
  context.forward(headers.length === 0 ? wrapped : wrapped.withHeaders([...record.headers, ...headers]), child);
}

/** A child for records aside: passes them on, and ignores the operator's results. */
export class AsideProcessor<K, V> extends ContextualProcessor<K, unknown, K, V> implements Processor {
  process(record: Record<K, unknown>): void {
    if (!(record.value instanceof AsideValue)) return;
    const { value } = record.value as AsideValue<V>; // the operator above wrapped what it was given
    this.context.forward(record.withValue(value));
  }
}
