import { describe, expect, it } from '@jest/globals';
import { pendingValues, type PendingValue } from '../../../../src/processor/async/pending-value.js';
import { json, string } from '../../../../src/serde/index.js';

type Pending = PendingValue<string, string, { readonly ask: string }>;
const serde = pendingValues(string(), string(), json<{ readonly ask: string }>());
/** What is read of it where it stands between other bytes. */
const kept = (pending: Pending): Pending => {
  const bytes = serde.serialize(pending);
  return serde.deserialize(Buffer.concat([Buffer.of(1, 2, 3), bytes, Buffer.of(4)]), 3, 3 + bytes.length);
};

describe('a record that waits for its result', () => {
  it.each([
    ['with its request', { key: 'k', value: 'v', request: { ask: 'how much' } }],
    ['with a request that is null', { key: 'k', value: 'v', request: null }],
    ['without one, while its turn has not come', { key: 'k', value: 'v', request: undefined }],
    ['without a key', { key: null, value: 'v', request: undefined }],
    ['without a value', { key: 'k', value: null, request: { ask: '' } }],
  ])('is kept %s', (_, pending) => {
    expect(kept(pending)).toEqual(pending);
  });
});
