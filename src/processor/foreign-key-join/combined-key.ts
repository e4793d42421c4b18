import type { Serde } from '../../serde/serde.js';

/*
 * The key of a subscription in its store: `| length of the foreign key, 4 | foreign key | primary key |`, so that the
 * subscriptions of one foreign key stand together.
 */

/** What the keys of all subscriptions of a foreign key begin with. */
export function foreignKeyPrefix(foreignKey: Buffer): Buffer {
  const length = Buffer.allocUnsafe(4);
  length.writeInt32BE(foreignKey.length, 0);
  return Buffer.concat([length, foreignKey]);
}

export function combinedKey(foreignKey: Buffer, primaryKey: Buffer): Buffer {
  return Buffer.concat([foreignKeyPrefix(foreignKey), primaryKey]);
}

export function primaryKeyOf<K>(key: Buffer, primaryKey: Serde<K>): K {
  return primaryKey.deserialize(key, 4 + key.readInt32BE(0), key.length);
}
