import type { Processor, ProcessorContext } from '../../topology/processor.js';
import type { Headers } from '../../util/headers.js';
import type { Closable } from '../window/ticked.js';
import type { StreamJoinSide } from './stream-join-side.js';
import { UnjoinedRecords, type UnjoinedStore } from './unjoined-records.js';

/**
 * Lets go of the records of a left or outer join that have found no other when a tick says that their windows have closed.
 * It is beside the join's sides and sees the records of both, of which it takes none: only that they come.
 */
export class JoinClockProcessor<K, Own, Other, VR> implements Closable, Processor<K, Own | Other, K, VR> {
  readonly #side: StreamJoinSide<K, Own, Other, VR>;
  readonly #sharedStore: string;
  #waiting!: UnjoinedRecords<K, Own, Other, VR>; // set by init, which always comes before process

  constructor(side: StreamJoinSide<K, Own, Other, VR>, sharedStore: string) {
    this.#side = side;
    this.#sharedStore = sharedStore;
  }

  init(context: ProcessorContext<K, VR>): void {
    const store = context.getStateStore<UnjoinedStore<K, Own, Other>>(this.#sharedStore);
    this.#waiting = new UnjoinedRecords(this.#side, this.#side.windows.afterMs, context, store);
  }

  process(): void {
    // the sides process what comes
  }

  get streamTimeMs(): number {
    return this.#waiting.time.streamTimeMs;
  }

  closesAt(streamTimeMs: number): boolean {
    const { afterMs, beforeMs, graceMs } = this.#side.windows;
    const [right, left] = this.#waiting.time.waitsFromMs;
    return Math.min(right + beforeMs, left + afterMs) + graceMs < streamTimeMs;
  }

  closeAt(streamTimeMs: number, headers: Headers): Promise<void> {
    this.#waiting.time.advance(streamTimeMs);
    return this.#waiting.emitClosed(headers);
  }
}
