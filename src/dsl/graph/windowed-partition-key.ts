import type { Serde } from '../../serde/serde.js';
import type { Windowed, WindowedSerde } from '../../serde/windowed.js';
import { internal } from '../../util/errors.js';

/** The bytes that choose a windowed key's partition: those of the inner key, so that its windows stay together. */
export function windowedPartitionKey<K>(serde: WindowedSerde<K>): Serde<Windowed<K>> {
  return Object.freeze({
    name: serde.inner.name,
    serialize: (windowed: Windowed<K>) => serde.inner.serialize(windowed.key),
    deserialize(): never {
      throw internal('PARTITION_KEY_READ', 'the bytes that choose a partition are never read back');
    },
  });
}
