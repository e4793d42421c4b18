/**
 * Kafka's murmur2 (32 bits, seed 0x9747b28c), signed.
 * @see org.apache.kafka.common.utils.Utils.murmur2
 */
export function murmur2(data: Buffer): number {
  const M = 0x5bd1e995;
  const length = data.length;
  let hash = 0x9747b28c ^ length;
  const aligned = length & ~3;
  for (let i = 0; i < aligned; i += 4) {
    let k = Math.imul(data.readInt32LE(i), M);
    k ^= k >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(k, M);
  }
  const rest = length & 3;
  if (rest > 0) {
    if (rest === 3) hash ^= (data[aligned + 2] ?? 0) << 16;
    if (rest >= 2) hash ^= (data[aligned + 1] ?? 0) << 8;
    hash = Math.imul(hash ^ (data[aligned] ?? 0), M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

/** The partition that Kafka's default partitioner gives a non-null key. */
export function partitionForKey(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
