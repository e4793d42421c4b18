import type {
  SessionEntry,
  SessionStore,
  TimestampedWindowStore,
  ValueAndTimestamp,
  WindowEntry,
} from '../../state/store.js';
import { Record, type ProcessorContext } from '../../topology/processor.js';
import { Change } from '../ktable/change.js';
import { WindowCloseEmitter, type ClosingWindows } from './window-close-emitter.js';

/** What a processor does with the windows that it puts, if they are emitted when they close. */
export type WindowEmitter = Pick<WindowCloseEmitter<never>, 'noticed' | 'emit' | 'due'>;

/** Emits windows of a table when they close, with the timestamp of their values. */
export function windowEmitter(context: ProcessorContext, storeName: string, closing: ClosingWindows): WindowEmitter {
  const store = context.getStateStore<TimestampedWindowStore<unknown, unknown>>(storeName);
  const { definition } = store;
  return new WindowCloseEmitter<WindowEntry<unknown, ValueAndTimestamp<unknown>>>({
    context,
    storeName,
    closing,
    ordered: definition.kind === 'window' && definition.timeOrdered === true,
    scan: (fromMs, toMs) => store.fetchAll(fromMs, toMs),
    timeOf: ({ startMs }) => startMs,
    toRecord: ({ key, startMs, endMs, value: { value, timestamp } }, headers) =>
      new Record({ key, start: startMs, end: endMs }, new Change(value, null), timestamp, headers),
  });
}

/** Emits sessions of a table when they close, with their ends as timestamps. */
export function sessionEmitter(context: ProcessorContext, storeName: string): WindowEmitter {
  const store = context.getStateStore<SessionStore<unknown, unknown>>(storeName);
  const { definition } = store;
  return new WindowCloseEmitter<SessionEntry<unknown, unknown>>({
    context,
    storeName,
    // A session's end is included in it.
    closing: { first: (emittedUpToMs) => Math.max(0, emittedUpToMs), last: (closeTimeMs) => closeTimeMs - 1 },
    ordered: definition.kind === 'session' && (definition.timeOrdered === true || definition.storage === 'memory'),
    scan: (fromMs, toMs) => store.sessionsEndingWithin(fromMs, toMs),
    timeOf: ({ endMs }) => endMs,
    toRecord: ({ key, startMs, endMs, value }, headers) =>
      new Record({ key, start: startMs, end: endMs }, new Change(value, null), endMs, headers),
  });
}
