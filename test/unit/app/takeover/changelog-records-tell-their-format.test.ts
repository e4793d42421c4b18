import { describe, expect, it } from '@jest/globals';
import { formatProblem } from '../../../../src/app/takeover/changelog-format.js';
import { json } from '../../../../src/serde/json.js';
import { long, string } from '../../../../src/serde/primitives.js';
import { bufferRowBytes } from '../../../../src/state/changelog/buffer-format.js';
import { sessionKey } from '../../../../src/state/changelog/session-format.js';
import { windowKey } from '../../../../src/state/changelog/window-format.js';
import type { ChangeBufferDefinition, StoreDefinition } from '../../../../src/state/store.js';
import { keyValueStore, sessionStore, windowStore } from '../../../../src/topology/store-definitions.js';
import type { Headers } from '../../../../src/util/headers.js';

const serdes = { name: 'store', key: string(), value: long() };
const counts = keyValueStore({ ...serdes, timestamped: true });
const windows = windowStore({ ...serdes, retention: '1m', windowSize: '10s' });
const sides = windowStore({ ...serdes, retention: '1m', windowSize: '10s', retainDuplicates: true });
const sessions = sessionStore({ ...serdes, retention: '1m' });
const buffer: ChangeBufferDefinition = {
  ...{ kind: 'changeBuffer', name: 'store', keySerde: string(), valueSerde: long() },
  ...{ storage: 'memory', caching: false, logging: { topicConfig: {} } },
};
const key = Buffer.from('k');
const one = long().serialize(1);
const context = { topic: 't', partition: 0, offset: 7, timestamp: 5, headers: [] };
const held = bufferRowBytes({ context, priorValue: null, oldValue: null, newValue: one }, 5);

const version = (number: number): Headers => [['v', Buffer.from([number])]];

describe('a record of a changelog', () => {
  it.each<[string, StoreDefinition, Buffer, Buffer | null, Headers]>([
    ['a key-value store, its timestamp being its own', counts, key, one, []],
    ['a deletion', counts, key, null, []],
    ['a window store', windows, windowKey(key, 20_000, 0), one, []],
    ['a side of a join, with a sequence number', sides, windowKey(key, 20_000, 3), one, []],
    ['a session store', sessions, sessionKey(key, 1_000, 5_000), one, []],
    ["a suppression's buffer", buffer, key, held, version(3)],
  ])('fits %s', (_, store, recordKey, value, headers) => {
    expect(formatProblem(store, { key: recordKey, value, headers })).toBeUndefined();
  });

  it.each<[string, StoreDefinition, Buffer, Buffer, Headers, RegExp]>([
    ['a value with its timestamp before it', counts, key, Buffer.concat([one, one]), [], /exactly 8 bytes/],
    ['a value of another type', counts, key, Buffer.from('abc'), [], /exactly 8 bytes/],
    ['a key without a window', windows, key, one, [], /its key has 1 bytes/],
    ['text where the window starts', windows, Buffer.from('a key without a window'), one, [], /no window's start/],
    ['a sequence number that a plain store has not', windows, windowKey(key, 20_000, 3), one, [], /number 3/],
    ['a session that ends before it starts', sessions, sessionKey(key, 5_000, 1_000), one, [], /no session's times/],
    ['an early version of a suppression', buffer, key, held, version(2), /of version 2/],
    ['a suppression without a version', buffer, key, held, [], /of version 0/],
    ['more than a held back change', buffer, key, Buffer.concat([held, one]), version(3), /no change/],
  ])('does not fit with %s', (_, store, recordKey, value, headers, reason) => {
    expect(formatProblem(store, { key: recordKey, value, headers })).toMatch(reason);
  });

  it('does not fit when its key would be written otherwise, for it would not be found', () => {
    const store = keyValueStore({ ...serdes, key: json() });
    const problemOf = (text: string) => formatProblem(store, { key: Buffer.from(text), value: one, headers: [] });
    expect(problemOf('{"a":1}')).toBeUndefined();
    expect(problemOf('{ "a": 1 }')).toMatch(/would write other bytes/);
  });
});
