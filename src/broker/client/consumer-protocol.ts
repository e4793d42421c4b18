import { MillraceError } from '../../util/errors.js';
import { EMPTY_BYTES } from '../../util/bytes.js';
import type { MemberAssignment, MemberSubscription } from './client.js';
import type { TopicPartition } from './protocol.js';

/*
 * Kafka's ConsumerProtocol, big-endian (clients/src/main/resources/common/message/ConsumerProtocol*.json):
 *
 *   Subscription v3: int16 version, [string topic], nullable bytes userData, [string topic, [int32 partition]] owned (v1+),
 *                    int32 generation (v2+), nullable string rack (v3+)
 *   Assignment v3:   int16 version, [string topic, [int32 partition]], nullable bytes userData
 *
 * Arrays have an int32 count, bytes an int32 length, strings an int16 length; -1 is null. Later versions only append, so
 * one reader serves all.
 */
const VERSION = 3;

/** Member subscriptions as they travel: with the generation in which the owned partitions were held. */
export interface Subscription extends Omit<MemberSubscription, 'memberId' | 'groupInstanceId'> {
  /** -1 when there is none. */
  readonly generationId: number;
}

/** Bytes of a subscription, version 3. */
export function encodeSubscription(subscription: Subscription): Buffer {
  const out = new Out();
  out.int16(VERSION);
  out.int32(subscription.topics.length);
  for (const topic of subscription.topics) out.string(topic);
  out.bytes(subscription.userData);
  out.partitions(subscription.ownedPartitions);
  out.int32(subscription.generationId);
  out.int16(-1);
  return out.finish();
}

/** A subscription of any version. @throws MillraceError `GROUP_METADATA_INVALID` */
export function decodeSubscription(bytes: Buffer): Subscription {
  const read = new In(bytes, 'subscription');
  const version = read.int16();
  const topics = read.array(() => read.string());
  const userData = read.bytes();
  return {
    topics,
    userData,
    ownedPartitions: version >= 1 ? read.partitions() : [],
    generationId: version >= 2 ? read.int32() : -1,
  };
}

/** Bytes of an assignment, version 3. */
export function encodeAssignment(assignment: MemberAssignment): Buffer {
  const out = new Out();
  out.int16(VERSION);
  out.partitions(assignment.partitions);
  out.bytes(assignment.userData);
  return out.finish();
}

/** An assignment of any version; no bytes are no partitions. @throws MillraceError `GROUP_METADATA_INVALID` */
export function decodeAssignment(bytes: Buffer): MemberAssignment {
  if (bytes.length === 0) return { partitions: [], userData: EMPTY_BYTES };
  const read = new In(bytes, 'assignment');
  read.int16();
  return { partitions: read.partitions(), userData: read.bytes() };
}

class Out {
  private readonly chunks: Buffer[] = [];

  int16(value: number): void {
    const chunk = Buffer.alloc(2);
    chunk.writeInt16BE(value);
    this.chunks.push(chunk);
  }
  int32(value: number): void {
    const chunk = Buffer.alloc(4);
    chunk.writeInt32BE(value);
    this.chunks.push(chunk);
  }
  string(value: string): void {
    const chunk = Buffer.from(value, 'utf8');
    this.int16(chunk.length);
    this.chunks.push(chunk);
  }
  bytes(value: Buffer): void {
    this.int32(value.length);
    this.chunks.push(value);
  }
  partitions(partitions: readonly TopicPartition[]): void {
    const byTopic = new Map<string, number[]>();
    for (const { topic, partition } of partitions) byTopic.set(topic, [...(byTopic.get(topic) ?? []), partition]);
    this.int32(byTopic.size);
    for (const [topic, numbers] of byTopic) {
      this.string(topic);
      this.int32(numbers.length);
      for (const number of numbers) this.int32(number);
    }
  }
  finish(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

class In {
  private at = 0;

  constructor(
    private readonly source: Buffer,
    private readonly what: string,
  ) {}

  int16(): number {
    return this.source.readInt16BE(this.take(2));
  }
  int32(): number {
    return this.source.readInt32BE(this.take(4));
  }
  string(): string {
    const length = this.int16();
    const start = this.take(length);
    return this.source.utf8Slice(start, start + length);
  }
  bytes(): Buffer {
    const length = this.int32();
    if (length < 0) return EMPTY_BYTES;
    const start = this.take(length);
    return this.source.subarray(start, start + length);
  }
  array<T>(item: () => T): T[] {
    const count = this.int32();
    if (count > this.source.length) throw this.invalid();
    return Array.from({ length: Math.max(0, count) }, item);
  }
  partitions(): TopicPartition[] {
    return this.array(() => {
      const topic = this.string();
      return this.array(() => ({ topic, partition: this.int32() }));
    }).flat();
  }

  private take(length: number): number {
    const start = this.at;
    if (length < 0 || start + length > this.source.length) throw this.invalid();
    this.at += length;
    return start;
  }

  private invalid(): MillraceError {
    return new MillraceError({
      code: 'GROUP_METADATA_INVALID',
      kind: 'data',
      message: `A consumer group's ${this.what} of ${this.source.length} bytes cannot be read`,
      hint: 'Check that no other program uses the same group id.',
    });
  }
}
