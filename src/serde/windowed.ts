import { preparing, type Serde } from './serde.js';
import { NO_END, readLong, writeLong } from './primitives.js';
import { SerdeError } from './serde-error.js';

/** A key together with the window it was aggregated in. */
export interface Windowed<K> {
  readonly key: K;
  /** Milliseconds, included. */
  readonly start: number;
  /** Milliseconds; excluded for time windows, included for sessions. {@link NO_END} when the window never ends. */
  readonly end: number;
}

/** A serde of windowed keys; the inner one alone decides the partition, so that all windows of a key stay together. */
export interface WindowedSerde<K> extends Serde<Windowed<K>> {
  readonly inner: Serde<K>;
}

/** Windows whose ends follow from their starts, such as those that `calendar()` gives. */
export interface WindowEnds {
  /** Tells them apart from others in the serde's name. */
  readonly name: string;
  /** The end, excluded, of the window that starts then; milliseconds. */
  endOf(startMs: number): number;
}

/** Whether a serde is one of windowed keys. */
export function isWindowedSerde(serde: object): serde is WindowedSerde<unknown> {
  return 'inner' in serde;
}

/**
 * Keys of time windows, as Kafka Streams' `TimeWindowedSerde` writes them: the inner key, then the start as 8 bytes.
 * The end is not written; it is start + `sizeMs`, at most {@link NO_END}.
 */
export function timeWindowed<K>(inner: Serde<K>, sizeMs: number): WindowedSerde<K> {
  return startWindowed(`timeWindowed<${inner.name},${sizeMs}>`, inner, (startMs) =>
    startMs + sizeMs > Number.MAX_SAFE_INTEGER ? NO_END : startMs + sizeMs,
  );
}

/**
 * Keys of windows by the calendar, in the bytes of {@link timeWindowed}; the end is found from the start:
 * `calendarWindowed(string(), calendar('day', { timeZone: 'Europe/Berlin' }))`.
 */
export function calendarWindowed<K>(inner: Serde<K>, windows: WindowEnds): WindowedSerde<K> {
  return startWindowed(`calendarWindowed<${inner.name},${windows.name}>`, inner, (startMs) => windows.endOf(startMs));
}

function startWindowed<K>(name: string, inner: Serde<K>, endOf: (startMs: number) => number): WindowedSerde<K> {
  return Object.freeze({
    name,
    inner,
    ...preparing(inner),
    serialize(window: Windowed<K>) {
      return withTimes(name, inner.serialize(window.key), window.start, undefined);
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      expectTimes(name, bytes, start, end, 8);
      const windowStart = readLong(name, bytes, end - 8);
      return { key: inner.deserialize(bytes, start, end - 8), start: windowStart, end: endOf(windowStart) };
    },
  });
}

/** Keys of sessions, as Kafka Streams' `SessionWindowedSerde` writes them: the inner key, the end, the start. */
export function sessionWindowed<K>(inner: Serde<K>): WindowedSerde<K> {
  const name = `sessionWindowed<${inner.name}>`;
  return Object.freeze({
    name,
    inner,
    ...preparing(inner),
    serialize(window: Windowed<K>) {
      return withTimes(name, inner.serialize(window.key), window.end, window.start);
    },
    deserialize(bytes: Buffer, start: number, end: number) {
      expectTimes(name, bytes, start, end, 16);
      return {
        key: inner.deserialize(bytes, start, end - 16),
        start: readLong(name, bytes, end - 8),
        end: readLong(name, bytes, end - 16),
      };
    },
  });
}

function withTimes(name: string, key: Buffer, first: number, second: number | undefined): Buffer {
  const written = Buffer.allocUnsafe(key.length + (second === undefined ? 8 : 16));
  key.copy(written, 0);
  writeLong(name, written, first, key.length);
  if (second !== undefined) writeLong(name, written, second, key.length + 8);
  return written;
}

function expectTimes(name: string, bytes: Buffer, start: number, end: number, length: number): void {
  if (end - start >= length) return;
  throw SerdeError.ofBytes(name, bytes, start, end, `its times alone take ${length} bytes`);
}
