import { describe, expect, it } from '@jest/globals';
import { idempotencyKey, Ordinals } from '../../../../src/processor/async/idempotency-key.js';
import { NO_HEADERS } from '../../../../src/util/headers.js';

const node = { applicationId: 'app', nodeName: 'score' };
const record = { topic: 'in', partition: 1, offset: 7, timestamp: 100, headers: NO_HEADERS };
const punctuation = { ...record, topic: '', partition: -1, offset: -1 };
/** The keys of what becomes of these, in their order. */
const keysOf = (...contexts: readonly (typeof record)[]): string[] => {
  const ordinals = new Ordinals();
  return contexts.map((context) => idempotencyKey(node, { context, ordinal: ordinals.next(context) }));
};

describe('the idempotency key', () => {
  it('names application, node, and the place of the record', () => {
    expect(keysOf(record)).toEqual(['app/score/in-1@7']);
  });

  it('counts what else became of the same record', () => {
    const next = { ...record, offset: 8 };
    expect(keysOf(record, record, record, next)).toEqual([
      'app/score/in-1@7',
      'app/score/in-1@7/1',
      'app/score/in-1@7/2',
      'app/score/in-1@8',
    ]);
  });

  it('is of its own for the same offset of another partition or topic', () => {
    const keys = keysOf(record, { ...record, partition: 2 }, { ...record, partition: 2, topic: 'other' });
    expect(keys).toEqual(['app/score/in-1@7', 'app/score/in-2@7', 'app/score/other-2@7']);
  });

  it('names what came of no record by its time', () => {
    expect(keysOf(punctuation, punctuation, { ...punctuation, timestamp: 200 })).toEqual([
      'app/score/punctuation@100',
      'app/score/punctuation@100/1',
      'app/score/punctuation@200',
    ]);
  });
});
