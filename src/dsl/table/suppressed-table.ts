import type { ChangeBufferDefinition, StoreDefinition } from '../../state/store.js';
import type { ProcessorSupplier } from '../../topology/processor.js';
import type { TableView } from '../../processor/ktable/value-getter.js';
import { SuppressProcessor, type Suppression } from '../../processor/suppress/suppress.js';
import { suppressedView } from '../../processor/suppress/suppressed-view.js';
import type { Operator } from '../graph/nodes.js';
import type { TableLogic } from './table-logic.js';

/** A table whose changes are held back. */
export class SuppressedTable<K, V> implements TableLogic<K, V>, Operator {
  readonly versioned = false;

  constructor(
    readonly parent: TableLogic<K, V>,
    readonly suppression: Suppression<K>,
    readonly buffer: ChangeBufferDefinition,
  ) {
    // A key that is held back is read as it was before.
    parent.sendOldValues(true);
  }

  sendOldValues(force: boolean): boolean {
    return this.parent.sendOldValues(force);
  }

  view(): TableView<K, V> {
    return suppressedView(this.parent.view(), this.buffer.name);
  }

  supplier(): ProcessorSupplier {
    return () => new SuppressProcessor<K, V>(this.suppression);
  }

  stores(): readonly StoreDefinition[] {
    return [this.buffer];
  }
}
