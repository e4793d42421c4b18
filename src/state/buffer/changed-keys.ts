/**
 * Keys of a buffer that are to be logged with the next commit, in the order in which Kafka Streams logs them: that of a
 * `java.util.HashSet<Bytes>`.
 */
export class ChangedKeys {
  private readonly keys = new Set<string>();
  private buckets = 16;
  /** The keys in order, as long as none was added since they were sorted. */
  private ordered: string[] | undefined;

  get size(): number {
    return this.keys.size;
  }

  add(mapKey: string): void {
    if (this.keys.has(mapKey)) return;
    this.keys.add(mapKey);
    this.ordered = undefined;
    while (this.keys.size > this.buckets * 0.75) this.buckets *= 2;
  }

  /** Takes out up to `limit` keys. */
  take(limit: number): string[] {
    this.ordered ??= this.inJavaOrder();
    const taken = this.ordered.splice(0, limit);
    for (const key of taken) this.keys.delete(key);
    return taken;
  }

  clear(): void {
    this.keys.clear();
    this.ordered = undefined;
  }

  private inJavaOrder(): string[] {
    return [...this.keys]
      .map((key) => ({ key, bucket: spread(hashOf(key)) & (this.buckets - 1) }))
      .sort((left, right) => left.bucket - right.bucket)
      .map(({ key }) => key);
  }
}

/** `java.util.Arrays.hashCode(byte[])` */
function hashOf(mapKey: string): number {
  let hash = 1;
  for (let i = 0; i < mapKey.length; i++) hash = (Math.imul(hash, 31) + ((mapKey.charCodeAt(i) << 24) >> 24)) | 0;
  return hash;
}

const spread = (hash: number): number => hash ^ (hash >>> 16);
