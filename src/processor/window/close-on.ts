import { TopologyError } from '../../topology/topology-error.js';
import { toMillis, type Duration } from '../../util/time.js';

/**
 * What closes windows beside records that come later:
 *
 * - `streamTime` (default): nothing, as in Kafka Streams
 * - `{ wallClock: d }`: a window also closes once the wall clock is `d` past its end and grace
 * - `{ idle: d }`: once nothing has come to the operator, in one task, for `d` of wall-clock time, its stream time goes on by the
 *   wall-clock time that passes (Flink's `withIdleness` goes on without an idle input; here the last one's time goes on too)
 *
 * The clock is looked at once a second, and only while the task has read all that its inputs hold: a task that lags closes
 * nothing early. What it finds is written as a tick (`Tick`) to the internal topic `<application>-<store>-ticks`, in the
 * task's transaction, and the window closes when the task has read that tick; until then it takes no other record. Records
 * that come for a window after it closed are late.
 *
 * A tick says behind which records of the inputs it stands. So, with exactly once, the same inputs and ticks give the same
 * results and the same late records: after a crash, before or after the tick was read, and when all is read again from the
 * beginning, as long as the topics that the sub-topology reads still have it all (a repartition topic is purged). At least
 * once, a crash may write a second tick, which closes no less. Ticks of different operators of a task have no order among
 * them.
 */
export type CloseOn = 'streamTime' | { readonly wallClock: Duration } | { readonly idle: Duration };

/** The option of what emits when windows close. */
export interface ClosesOn {
  /** Default `streamTime`. @see CloseOn */
  readonly closeOn?: CloseOn;
}

/** A {@link CloseOn} that looks at the clock. */
export interface ClosingClock {
  readonly kind: 'wallClock' | 'idle';
  readonly afterMs: number;
}

/**
 * The clock that closes windows; undefined for stream time alone.
 * @throws TopologyError `INVALID_WINDOW`
 */
export function closingClock(closeOn: CloseOn = 'streamTime'): ClosingClock | undefined {
  if (closeOn === 'streamTime') return undefined;
  const kind = 'idle' in closeOn ? 'idle' : 'wallClock';
  const afterMs = toMillis('idle' in closeOn ? closeOn.idle : closeOn.wallClock);
  if (afterMs >= (kind === 'idle' ? 1 : 0)) return { kind, afterMs };
  throw new TopologyError('INVALID_WINDOW', `Windows cannot close on ${kind} ${afterMs} ms`, {
    hint: 'Give a positive time.',
  });
}
