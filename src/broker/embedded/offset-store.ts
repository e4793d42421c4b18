import type { OffsetToCommit, TopicPartition } from '../client/protocol.js';
import type { BrokerStorage } from './storage/broker-storage.js';

/** One offset that a group has committed. */
export interface StoredOffset extends OffsetToCommit {
  /** Offsets are numbered as they arrive, so that a transaction that ends late does not undo a newer commit. */
  readonly order: number;
}

/** Offsets by topic and partition. */
type Offsets = Map<string, StoredOffset>;

/** The committed offsets of every group, and those that wait for the end of their transaction. */
export class OffsetStore {
  readonly #committed = new Map<string, Offsets>();
  /** By group, then by producer. */
  readonly #pending = new Map<string, Map<bigint, Offsets>>();
  #order = 0;

  constructor(private readonly storage: BrokerStorage) {}

  commit(groupId: string, offsets: readonly OffsetToCommit[]): void {
    for (const offset of offsets) this.#apply(groupId, { ...offset, order: this.#order++ });
  }

  /** Keeps offsets until the producer's transaction ends. */
  stage(groupId: string, producerId: bigint, offsets: readonly OffsetToCommit[]): void {
    const staged = this.#stagedOf(groupId, producerId);
    for (const offset of offsets) {
      const stored = { ...offset, order: this.#order++ };
      staged.set(offsetKey(offset), stored);
      this.storage.put(stagedKey(groupId, producerId, offset), JSON.stringify(stored));
    }
  }

  /** Ends a producer's transaction for a group: its offsets are committed or dropped. */
  end(groupId: string, producerId: bigint, committed: boolean): void {
    const group = this.#pending.get(groupId);
    const staged = group?.get(producerId);
    if (group === undefined || staged === undefined) return;
    group.delete(producerId);
    if (group.size === 0) this.#pending.delete(groupId);
    for (const offset of staged.values()) {
      this.storage.remove(stagedKey(groupId, producerId, offset));
      const earlier = this.#committed.get(groupId)?.get(offsetKey(offset));
      if (committed && (earlier === undefined || earlier.order < offset.order)) this.#apply(groupId, offset);
    }
  }

  get(groupId: string, partition: TopicPartition): StoredOffset | undefined {
    return this.#committed.get(groupId)?.get(offsetKey(partition));
  }

  /** Whether an open transaction may still change this offset. */
  unstable(groupId: string, partition: TopicPartition): boolean {
    for (const staged of this.#pending.get(groupId)?.values() ?? []) {
      if (staged.has(offsetKey(partition))) return true;
    }
    return false;
  }

  /** Every partition with a committed offset. */
  partitions(groupId: string): TopicPartition[] {
    return [...(this.#committed.get(groupId)?.values() ?? [])];
  }

  /** Every group with offsets, committed or pending. */
  groupIds(): Set<string> {
    return new Set([...this.#committed.keys(), ...this.#pending.keys()]);
  }

  hasGroup(groupId: string): boolean {
    return this.#committed.has(groupId) || this.#pending.has(groupId);
  }

  deleteGroup(groupId: string): void {
    for (const offset of this.#committed.get(groupId)?.values() ?? []) {
      this.storage.remove(committedKey(groupId, offset));
    }
    this.#committed.delete(groupId);
  }

  /** Forgets a deleted topic in every group. */
  deleteTopic(topic: string): void {
    for (const [groupId, offsets] of this.#committed) {
      for (const [key, offset] of offsets) {
        if (offset.topic !== topic) continue;
        offsets.delete(key);
        this.storage.remove(committedKey(groupId, offset));
      }
    }
  }

  /** Takes a committed offset back from storage; the key without its kind. */
  restoreCommitted(key: string, text: string): void {
    const [group = ''] = key.split('/', 1);
    const offset = this.#restored(text);
    entry(this.#committed, decodeURIComponent(group), () => new Map<string, StoredOffset>()).set(
      offsetKey(offset),
      offset,
    );
  }

  /** Takes a staged offset back from storage; the key without its kind. */
  restoreStaged(key: string, text: string): void {
    const [group = '', producerId = ''] = key.split('/', 2);
    const offset = this.#restored(text);
    this.#stagedOf(decodeURIComponent(group), BigInt(producerId)).set(offsetKey(offset), offset);
  }

  #restored(text: string): StoredOffset {
    // Our own format, written by #apply and stage.
    const offset = JSON.parse(text) as StoredOffset;
    this.#order = Math.max(this.#order, offset.order + 1);
    return offset;
  }

  #stagedOf(groupId: string, producerId: bigint): Offsets {
    const group = entry(this.#pending, groupId, () => new Map<bigint, Offsets>());
    return entry(group, producerId, () => new Map<string, StoredOffset>());
  }

  #apply(groupId: string, offset: StoredOffset): void {
    entry(this.#committed, groupId, () => new Map<string, StoredOffset>()).set(offsetKey(offset), offset);
    this.storage.put(committedKey(groupId, offset), JSON.stringify(offset));
  }
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}

function offsetKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** Group ids may hold any character, so they are escaped. */
function committedKey(groupId: string, offset: TopicPartition): string {
  return `o/${encodeURIComponent(groupId)}/${offsetKey(offset)}`;
}

function stagedKey(groupId: string, producerId: bigint, offset: TopicPartition): string {
  return `s/${encodeURIComponent(groupId)}/${producerId}/${offsetKey(offset)}`;
}
