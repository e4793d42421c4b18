import type { Clock } from '../../util/time.js';
import { type FetchedRecords, type Reader, type ReaderOptions, partitionKey } from './client.js';
import type { ClientContext } from './client-context.js';
import type { ClusterView } from './cluster-view.js';
import { invalidState } from './errors.js';
import { FetchSession } from './fetch-session.js';
import { PartitionFetch } from './partition-fetch.js';
import type { TopicPartition } from './protocol.js';
import { Signal } from './signal.js';

/** Fills {@link Reader}: which partitions are read and what was fetched of them; how it is fetched is FetchSession's. */
export class PartitionReader implements Reader {
  private readonly partitions = new Map<string, PartitionFetch>();
  private readonly arrival: Signal;
  private readonly session: FetchSession;
  private readonly clock: Clock;

  constructor(context: ClientContext, view: ClusterView, options: ReaderOptions) {
    this.clock = context.clock;
    this.arrival = new Signal(context.clock);
    this.session = new FetchSession(context, view, options, this.partitions, this.arrival);
  }

  seek(partition: TopicPartition, offset: number): void {
    const key = partitionKey(partition);
    const paused = this.partitions.get(key)?.paused ?? false;
    const fetch = new PartitionFetch(partition, offset);
    fetch.paused = paused;
    this.partitions.set(key, fetch);
    this.session.wake();
  }

  remove(partition: TopicPartition): void {
    this.partitions.delete(partitionKey(partition));
    this.session.wake();
  }

  pause(partition: TopicPartition): void {
    const fetch = this.partitions.get(partitionKey(partition));
    if (fetch !== undefined) fetch.paused = true;
  }

  resume(partition: TopicPartition): void {
    const fetch = this.partitions.get(partitionKey(partition));
    if (fetch === undefined || !fetch.paused) return;
    fetch.paused = false;
    if (fetch.ready) this.arrival.raise();
    this.session.wake();
  }

  position(partition: TopicPartition): number | undefined {
    return this.partitions.get(partitionKey(partition))?.handedOver;
  }

  async poll(timeoutMs = 100): Promise<readonly FetchedRecords[]> {
    const deadline = this.clock.monotonicMs() + timeoutMs;
    for (;;) {
      if (this.session.closed) throw invalidState('poll()', 'closed', 'Open another reader.');
      const fetched = this.collect();
      if (fetched.length > 0) {
        this.session.wake();
        return fetched;
      }
      this.throwFailure();
      const leftMs = deadline - this.clock.monotonicMs();
      if (leftMs <= 0) return fetched;
      await this.arrival.wait(leftMs);
    }
  }

  private collect(): FetchedRecords[] {
    const fetched: FetchedRecords[] = [];
    for (const partition of this.partitions.values()) {
      if (partition.paused) continue;
      const piece = partition.handOver();
      if (piece !== undefined) fetched.push(piece);
    }
    return fetched;
  }

  private throwFailure(): void {
    for (const partition of this.partitions.values()) {
      const failure = partition.paused ? undefined : partition.takeFailure();
      if (failure !== undefined) throw failure;
    }
  }

  async close(): Promise<void> {
    this.partitions.clear();
    await this.session.close();
  }
}
