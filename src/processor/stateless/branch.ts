import type { Record } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';

/** One way out of a split: the child that gets the records for which the predicate holds first. */
export interface Branch<K, V> {
  /** Undefined: the default branch, which takes what no other took. */
  readonly predicate: ((value: V, key: K) => boolean) | undefined;
  readonly child: string;
}

/** Hands each record to one child at most: that of the first branch it belongs to. */
export class BranchProcessor<K, V> extends ContextualProcessor<K, V, K, V> {
  readonly #branches: readonly Branch<K, V>[];

  constructor(branches: readonly Branch<K, V>[]) {
    super();
    this.#branches = branches;
  }

  process(record: Record<K, V>): void {
    for (const { predicate, child } of this.#branches) {
      if (predicate !== undefined && !predicate(record.value, record.key)) continue;
      this.context.forward(record, child);
      return;
    }
  }
}
