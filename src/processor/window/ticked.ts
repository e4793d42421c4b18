import { Record, type Processor, type ProcessorContext } from '../../topology/processor.js';
import { Tick } from '../../topology/tick.js';
import type { Headers } from '../../util/headers.js';
import { ContextualProcessor } from '../contextual-processor.js';
import type { ClosingClock } from './close-on.js';

/** An operator that closes windows, or lets records go, by its stream time. */
export interface Closable {
  /** -1 before its first record. */
  readonly streamTimeMs: number;
  /** Whether anything is there that this stream time would close. */
  closesAt(streamTimeMs: number): boolean;
  /** Takes a stream time into account, and closes what it closes. The headers are those of results. */
  closeAt(streamTimeMs: number, headers: Headers): void | Promise<void>;
}

/** By which clock an operator closes, and the child that it gives its ticks to. */
export interface Ticking {
  readonly clock: ClosingClock;
  readonly child: string;
}

/**
 * An operator that is closed by ticks too: what it reads of its tick topic goes to `closeAt`. With a clock it also writes them,
 * when there is something to close.
 */
export class TickedProcessor<K, V> implements Processor<K, V | Tick> {
  readonly #operator: Closable & Processor<K, V>;
  readonly #ticking: Ticking | undefined;
  #context!: ProcessorContext; // set by init, which always comes before process
  #arrivedMs = 0;
  /** When the operator's stream time was what it is: at the last record or tick. */
  #sinceMs = 0;

  constructor(operator: Closable & Processor<K, V>, ticking?: Ticking) {
    this.#operator = operator;
    this.#ticking = ticking;
  }

  init(context: ProcessorContext): void {
    this.#context = context;
    this.#operator.init?.(context);
    if (this.#ticking === undefined) return;
    this.#arrive();
    context.schedule(Math.max(1, context.emitIntervalMs), 'wallClockTime', (nowMs) => {
      this.#look(nowMs);
    });
  }

  process(record: Record<K, V | Tick>): void | Promise<void> {
    const { value, headers } = record;
    if (value instanceof Tick) return this.#operator.closeAt(value.streamTimeMs, headers);
    if (this.#ticking?.clock.kind === 'idle') this.#arrive();
    return this.#operator.process(record as Record<K, V>); // it is no tick
  }

  close(): void {
    this.#operator.close?.();
  }

  #arrive(): void {
    this.#arrivedMs = this.#sinceMs = this.#context.currentSystemTimeMs();
  }

  #look(nowMs: number): void {
    const ticking = this.#ticking;
    const reachedMs = this.#operator.streamTimeMs;
    const streamTimeMs = this.#streamTimeAt(nowMs);
    if (ticking === undefined || reachedMs < 0 || streamTimeMs <= reachedMs) return;
    if (!this.#operator.closesAt(streamTimeMs)) return;
    const tick = this.#context.newTick(streamTimeMs);
    if (tick === undefined) return;
    this.#sinceMs = nowMs;
    const timestamp = Math.max(0, this.#context.currentStreamTimeMs());
    this.#context.forward(new Record(null, tick, timestamp), ticking.child);
  }

  /** The stream time that the clock says. */
  #streamTimeAt(nowMs: number): number {
    const { kind, afterMs } = this.#ticking?.clock ?? NO_CLOCK;
    if (kind === 'wallClock') return nowMs - afterMs;
    if (nowMs - this.#arrivedMs < afterMs) return -1;
    return this.#operator.streamTimeMs + (nowMs - this.#sinceMs);
  }
}

const NO_CLOCK: ClosingClock = { kind: 'idle', afterMs: Infinity };

/** The child for ticks: passes them on, and ignores the operator's results. */
export class TickOutputProcessor<K> extends ContextualProcessor<K, unknown, K, Tick> implements Processor {
  process(record: Record<K, unknown>): void {
    if (record.value instanceof Tick) this.context.forward(record.withValue(record.value));
  }
}
