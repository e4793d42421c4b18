import { millis, type StoreKind, type StoreMessage } from '../../api/messages.js';
import { formatSpan } from '../../format/time.js';

const KIND_NAMES: Readonly<Record<StoreKind, string>> = {
  STORE_KIND_KEY_VALUE: 'key-value',
  STORE_KIND_WINDOW: 'window',
  STORE_KIND_SESSION: 'session',
  STORE_KIND_VERSIONED: 'versioned',
};

/** A store's kind in words, with the length of its windows. */
export function kindName({ kind, windowSize }: StoreMessage): string {
  if (kind === undefined) return 'unknown';
  const size = millis(windowSize);
  return size === undefined ? KIND_NAMES[kind] : `${KIND_NAMES[kind]} of ${formatSpan(size)}`;
}
