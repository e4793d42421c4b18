import type { Serde } from '../../serde/serde.js';
import { Record } from '../../topology/processor.js';
import { murmur3 } from '../../util/murmur3.js';
import { ContextualProcessor } from '../contextual-processor.js';
import type { Change } from '../ktable/change.js';
import type { Instruction, Subscription } from './subscription.js';

/** How the rows of a table refer to those of another. */
export interface ForeignKey<K, V, KO> {
  /** Null: the row refers to none. */
  readonly of: (value: V, key: K) => KO | null;
  readonly serde: Serde<KO>;
  readonly valueSerde: Serde<V>;
  readonly left: boolean;
  /** Changes to the history of a versioned table are dropped (KIP-914). */
  readonly latestOnly: boolean;
}

/**
 * Turns each change of the primary table into what the partitions of its old and its new foreign key must know. A row
 * without a foreign key gives no result in an inner join; in a left join it is sent along, with no key, for its answer.
 */
export class SubscribeProcessor<K, V, KO> extends ContextualProcessor<K, Change<V>, KO | null, Subscription<K>> {
  readonly #foreignKey: ForeignKey<K, V, KO>;

  constructor(foreignKey: ForeignKey<K, V, KO>) {
    super();
    this.#foreignKey = foreignKey;
  }

  process(record: Record<K, Change<V>>): void {
    const { newValue, oldValue, isLatest } = record.value;
    const { of, left, latestOnly } = this.#foreignKey;
    if (latestOnly && !isLatest) {
      this.context.dropped('out-of-order');
      return;
    }
    if (newValue === null && oldValue === null) return;
    const oldKey = oldValue === null ? null : of(oldValue, record.key);
    const newKey = newValue === null ? null : of(newValue, record.key);
    if (left) this.#subscribeLeft(record, oldKey, newKey);
    else if (newKey === null) this.#unsubscribe(record, oldKey, newValue !== null);
    else this.#subscribe(record, oldKey, newKey);
  }

  #subscribeLeft(record: Record<K, Change<V>>, oldKey: KO | null, newKey: KO | null): void {
    if (oldKey !== null && !this.#same(oldKey, newKey)) this.#send(record, oldKey, 'unsubscribe');
    this.#send(record, newKey, 'subscribeAndAnswer');
  }

  #unsubscribe(record: Record<K, Change<V>>, oldKey: KO | null, nullKey: boolean): void {
    if (nullKey) this.context.dropped('null-key');
    if (oldKey !== null) this.#send(record, oldKey, 'unsubscribeAndAnswer');
  }

  #subscribe(record: Record<K, Change<V>>, oldKey: KO | null, newKey: KO): void {
    if (oldKey === null || this.#same(oldKey, newKey)) {
      this.#send(record, newKey, 'subscribeAndAnswerIfFound');
      return;
    }
    this.#send(record, oldKey, 'unsubscribe');
    // The answer must come in any case, to delete the result of the old key.
    this.#send(record, newKey, 'subscribeAndAnswer');
  }

  #send(record: Record<K, Change<V>>, foreignKey: KO | null, instruction: Instruction): void {
    const { newValue } = record.value;
    const hash = newValue === null ? null : murmur3(this.#foreignKey.valueSerde.serialize(newValue));
    const { taskId } = this.context;
    // A punctuation has no input, but its task's changelogs have the partition of its inputs.
    const ownPartition = Number(taskId.slice(taskId.lastIndexOf('_') + 1));
    const primaryPartition = this.context.recordMetadata()?.partition ?? ownPartition;
    const subscription = { hash, instruction, primaryKey: record.key, primaryPartition };
    this.context.forward(new Record(foreignKey, subscription, record.timestamp, record.headers));
  }

  #same(left: KO, right: KO | null): boolean {
    if (left === right || right === null) return left === right;
    const { serde } = this.#foreignKey;
    return serde.serialize(left).equals(serde.serialize(right));
  }
}
