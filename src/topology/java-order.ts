/**
 * Kafka Streams keeps names in hash sets, and the order in which such a set gives them back is seen: in `describe()`, and
 * in the order in which a node's stores are registered (so flushed). This is the order of `java.util.HashSet<String>`.
 *
 * @param copied the set was made from another one of this size, rather than grown one by one
 */
export function javaHashOrder(values: Iterable<string>, copied = false): string[] {
  const unique = [...new Set(values)];
  const buckets = copied ? copiedCapacity(unique.length) : grownCapacity(unique.length);
  const bucketOf = (value: string): number => {
    const hash = javaHashCode(value);
    return (hash ^ (hash >>> 16)) & (buckets - 1);
  };
  return unique
    .map((value) => ({ value, bucket: bucketOf(value) }))
    .sort((left, right) => left.bucket - right.bucket)
    .map(({ value }) => value);
}

/** `java.lang.String.hashCode` */
function javaHashCode(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

function grownCapacity(size: number): number {
  let capacity = 16;
  while (size > capacity * 0.75) capacity *= 2;
  return capacity;
}

function copiedCapacity(size: number): number {
  let capacity = 16;
  while (capacity < Math.floor(size / 0.75) + 1) capacity *= 2;
  return capacity;
}
