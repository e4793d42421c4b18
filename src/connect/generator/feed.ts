import type { Clock } from '../../util/time.js';
import { toBytes } from './generate.js';
import type { GeneratedRecord } from './generator.js';

/** Most time between two batches: what is due is sent at least this often. */
const TICK_MS = 20;
/** Records sent between two looks at the clock, so that an unlimited run does not hold the event loop. */
const BURST = 1_000;

/** Takes records; resolves when it may be given more. */
export type RecordSender = (records: readonly OutgoingRecord[]) => Promise<void>;

/** A record as bytes. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/**
 * Sends records at a rate until they end or the signal is aborted. What could not be sent in time is sent later, never
 * left out.
 * @param ratePerSecond 0: as fast as they are taken
 * @returns how many were sent
 */
export async function feed(
  records: Iterator<GeneratedRecord>,
  options: {
    readonly ratePerSecond: number;
    readonly send: RecordSender;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { ratePerSecond, send, clock, signal } = options;
  const startMs = clock.monotonicMs();
  let sent = 0;
  while (!signal.aborted) {
    const due = ratePerSecond === 0 ? Infinity : ((clock.monotonicMs() - startMs) / 1_000) * ratePerSecond;
    const batch: OutgoingRecord[] = [];
    let ended = false;
    while (batch.length < BURST && sent + batch.length < due && !ended) {
      const next = records.next();
      if (next.done) ended = true;
      else batch.push({ topic: next.value.topic, key: toBytes(next.value.key), value: toBytes(next.value.value) });
    }
    if (batch.length > 0) await send(batch);
    sent += batch.length;
    if (ended) return sent;
    if (batch.length < BURST) await clock.sleep(TICK_MS, signal);
  }
  return sent;
}
