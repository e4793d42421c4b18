import { preparing, type Serde } from '../../serde/serde.js';
import { SerdeError } from '../../serde/serde-error.js';

/** The place of a part of a group's ranking. */
export interface RankingKey<K> {
  readonly group: K;
  /** 0: the list of chunks; from 1 on: a chunk. */
  readonly part: number;
}

/** A store's key by group and part: `| group | part, 4, big-endian |`. */
export function rankingKey<K>(group: Serde<K>): Serde<RankingKey<K>> {
  const name = `ranking<${group.name}>`;
  return Object.freeze({
    name,
    ...preparing(group),
    serialize({ group: key, part }: RankingKey<K>) {
      const keyBytes = group.serialize(key);
      const bytes = Buffer.allocUnsafe(keyBytes.length + 4);
      keyBytes.copy(bytes, 0);
      bytes.writeUInt32BE(part, keyBytes.length);
      return bytes;
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      if (end - start < 4) throw SerdeError.ofBytes(name, bytes, start, end, 'it is too short');
      return { group: group.deserialize(bytes, start, end - 4), part: bytes.readUInt32BE(end - 4) };
    },
  });
}
