import type { Serde } from '../../serde/serde.js';
import { Record } from '../../topology/processor.js';
import { ContextualProcessor } from '../contextual-processor.js';
import { Change } from './change.js';

/**
 * Gives each row of a table a new key and value, to be aggregated by: a changed row leaves its old group and enters its new
 * one. Rows whose new key or value is null belong to no group.
 */
export class TableRegroupProcessor<K, V, KR, VR> extends ContextualProcessor<K, Change<V>, KR, Change<VR>> {
  readonly #mapper: (key: K, value: V) => readonly [KR | null, VR | null];
  readonly #keySerde: Serde<KR>;
  readonly #latestOnly: boolean;

  /** @param latestOnly whether changes to the history of the table are left out, as those of a versioned one are (KIP-914) */
  constructor(mapper: (key: K, value: V) => readonly [KR | null, VR | null], keySerde: Serde<KR>, latestOnly: boolean) {
    super();
    this.#mapper = mapper;
    this.#keySerde = keySerde;
    this.#latestOnly = latestOnly;
  }

  process(record: Record<K, Change<V>>): void {
    const { key, value: change } = record;
    if (this.#latestOnly && !change.isLatest) return;
    const [oldKey, oldValue] = change.oldValue === null ? NOTHING : this.#mapper(key, change.oldValue);
    const [newKey, newValue] = change.newValue === null ? NOTHING : this.#mapper(key, change.newValue);
    const leaves = oldKey !== null && oldValue !== null;
    const enters = newKey !== null && newValue !== null;
    if (leaves && enters && this.#same(oldKey, newKey)) {
      this.#forward(record, newKey, new Change(newValue, oldValue));
      return;
    }
    if (leaves) this.#forward(record, oldKey, new Change<VR>(null, oldValue));
    if (enters) this.#forward(record, newKey, new Change<VR>(newValue, null));
  }

  #forward(record: Record<K, Change<V>>, key: KR, change: Change<VR>): void {
    this.context.forward(new Record(key, change, record.timestamp, record.headers));
  }

  #same(left: KR, right: KR): boolean {
    return left === right || this.#keySerde.serialize(left).equals(this.#keySerde.serialize(right));
  }
}

const NOTHING = [null, null] as const;
