import type { SinkRecord } from '../topology/sink.js';
import { invalid } from '../util/errors.js';

/**
 * For sinks that keep a row per key.
 * @throws MillraceError `SINK_RECORD_WITHOUT_KEY`
 */
export function requireKey({ key }: SinkRecord): void {
  if (key !== null) return;
  throw invalid('SINK_RECORD_WITHOUT_KEY', 'a record without a key has no row in a table', {
    hint: 'Give the stream a key (selectKey) before it goes to the sink, or filter such records.',
  });
}
