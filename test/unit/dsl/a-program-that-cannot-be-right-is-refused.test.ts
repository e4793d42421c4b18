import { describe, expect, it } from '@jest/globals';
import { sessions } from '../../../src/processor/window/session-windows.js';
import { sliding } from '../../../src/processor/window/sliding-windows.js';
import { hopping, tumbling, unlimited } from '../../../src/processor/window/windows.js';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { long, string } from '../../../src/serde/index.js';
import { keyValueStore, versionedKeyValueStore, windowStore } from '../../../src/topology/store-definitions.js';

const text = { key: string(), value: string() };
const counts = { key: string(), value: long() };
const yes = () => true;

const refused: readonly [string, string, (builder: StreamsBuilder) => unknown][] = [
  [
    'a name twice',
    'NODE_NAME_TAKEN',
    (b) => b.stream('in', text).filter(yes, { name: 'x' }).filter(yes, { name: 'x' }),
  ],
  ['a name with a slash', 'INVALID_NAME', (b) => b.stream('in', text).filter(yes, { name: 'a/b' })],
  ['a store with a blank', 'INVALID_NAME', (b) => b.stream('in', text).groupByKey().count({ store: 'a b' })],
  [
    'a store that nobody added',
    'STORE_NOT_ADDED',
    (b) => b.stream('in', text).process(() => ({ process: () => undefined }), { stores: ['nope'] }),
  ],
  ['a topic as stream and as table', 'TOPIC_ALREADY_REGISTERED', (b) => [b.stream('in', text), b.table('in', text)]],
  ['overlapping sources', 'OVERLAPPING_SOURCES', (b) => [b.stream('a', text), b.stream(['a', 'b'], text)]],
  [
    'two places to start one topic from',
    'OFFSET_RESET_CONFLICT',
    (b) => [b.stream('a', { ...text, offsetReset: 'latest' }), b.stream('a', { ...text, offsetReset: 'earliest' })],
  ],
  [
    'grace with a table that keeps no versions',
    'GRACE_NEEDS_VERSIONED_TABLE',
    (b) => b.stream('s', text).join(b.table('t', text), (l) => l, { grace: 5 }),
  ],
  [
    'grace with a table that keeps its latest values only, of one that keeps versions',
    'GRACE_NEEDS_VERSIONED_TABLE',
    (b) => {
      const versions = b.table('t', { ...text, historyRetention: 10 });
      return b.stream('s', text).join(versions.mapValues((v) => v, { store: 'latest', value: string() }), (l) => l, { grace: 5 }); // prettier-ignore
    },
  ],
  [
    'grace that is longer than the history of the table',
    'GRACE_LONGER_THAN_HISTORY',
    (b) => b.stream('s', text).leftJoin(b.table('t', { ...text, historyRetention: 4 }), (l) => l, { grace: 5 }),
  ],
  [
    'grace that is longer than the history of what the table is derived from',
    'GRACE_LONGER_THAN_HISTORY',
    (b) => b.stream('s', text).join(b.table('t', { ...text, historyRetention: 4 }).filter(yes), (l) => l, { grace: 5 }),
  ],
  [
    'a negative grace of a table',
    'INVALID_WINDOW',
    (b) => b.stream('s', text).join(b.table('t', { ...text, historyRetention: 4 }), (l) => l, { grace: -1 }),
  ],
  ['a negative history', 'INVALID_HISTORY_RETENTION', (b) => b.table('t', { ...text, historyRetention: -1 })],
  [
    'a negative history over that of a whole definition',
    'INVALID_HISTORY_RETENTION',
    (b) =>
      b.table('t', {
        ...text,
        store: versionedKeyValueStore({ name: 's', ...text, historyRetention: 5 }),
        historyRetention: -1,
      }),
  ],
  [
    'a history in a store of one version',
    'STORE_KIND_MISMATCH',
    (b) => b.table('t', { ...text, store: keyValueStore({ name: 's', ...text }), historyRetention: 5 }),
  ],
  ['a history of rows that have a ttl', 'INVALID_TTL', (b) => b.table('t', { ...text, historyRetention: 5, ttl: 5 })],
  [
    'a history of a global table',
    'GLOBAL_TABLE_VERSIONED',
    (b) => b.globalTable('t', { ...text, store: versionedKeyValueStore({ name: 's', ...text, historyRetention: 5 }) }),
  ],
  [
    'a history of rows that are held back',
    'SUPPRESSED_VERSIONS',
    (b) => b.table('t', { ...text, historyRetention: 5 }).suppress({ until: 'timeLimit', limit: 5 }),
  ],
  [
    'windows that expire before they close',
    'RETENTION_TOO_SHORT',
    (b) =>
      b
        .stream('in', text)
        .groupByKey()
        .windowedBy(tumbling(10, { grace: 10 }))
        .count({ retention: 5 }),
  ],
  ['a ttl of nothing', 'INVALID_TTL', (b) => b.stream('in', text).groupByKey().count({ ttl: 0 })],
  ['an end of rows that never comes', 'INVALID_TTL', (b) => b.table('in', { ...text, onExpiry: 'tombstone' })],
  ['a ttl of rows that no store keeps', 'INVALID_TTL', (b) => b.table('in', text).filter(yes, { ttl: 5 })],
  ['windows of no size', 'INVALID_WINDOW', () => tumbling(0)],
  ['windows that leave gaps', 'INVALID_WINDOW', () => hopping(10, { advance: 11 })],
  ['windows that never advance', 'INVALID_WINDOW', () => hopping(10, { advance: 0 })],
  ['negative grace', 'INVALID_WINDOW', () => tumbling(10, { grace: -1 })],
  ['negative grace of sessions', 'INVALID_WINDOW', () => sessions(10, { grace: -1 })],
  ['a negative gap between sessions', 'INVALID_WINDOW', () => sessions(-1)],
  ['negative grace of sliding windows', 'INVALID_WINDOW', () => sliding(10, { grace: -1 })],
  ['records of one sliding window less than nothing apart', 'INVALID_WINDOW', () => sliding(-1)],
  ['a window that begins before all times', 'INVALID_WINDOW', () => unlimited({ start: -1 })],
  [
    'sliding windows in a store without timestamps',
    'STORE_KIND_MISMATCH',
    (b) =>
      b
        .stream('in', text)
        .groupByKey()
        .windowedBy(sliding(10))
        .count({ store: windowStore({ name: 's', ...counts, windowSize: 10, retention: 20 }) }),
  ],
  [
    'sliding windows that expire before they close',
    'RETENTION_TOO_SHORT',
    (b) => b.stream('in', text).groupByKey().windowedBy(sliding(10)).count({ retention: 19 }),
  ],
  [
    'sessions that expire before they close',
    'RETENTION_TOO_SHORT',
    (b) => b.stream('in', text).groupByKey().windowedBy(sessions(10)).count({ retention: 9 }),
  ],
  [
    'a window aggregate in a key-value store',
    'STORE_KIND_MISMATCH',
    (b) =>
      b
        .stream('in', text)
        .groupByKey()
        .windowedBy(tumbling(10))
        .count({ store: keyValueStore({ name: 's', ...text }) }),
  ],
  [
    'windows emitted when they close, of a store without timestamps',
    'STORE_KIND_MISMATCH',
    (b) =>
      b
        .stream('in', text)
        .groupByKey()
        .windowedBy(tumbling(10))
        .emitStrategy('onWindowClose')
        .count({ store: windowStore({ name: 's', ...counts, windowSize: 10, retention: 10 }) }),
  ],
  [
    'two times of one record',
    'TWO_TIMESTAMP_EXTRACTORS',
    (b) => b.stream('in', { ...text, timestamp: () => 0, timestampExtractor: () => 0 }),
  ],
];

describe('a program is refused that has', () => {
  it.each(refused)('%s (%s)', (_, code, write) => {
    const builder = new StreamsBuilder();
    expect(() => [write(builder), builder.build()]).toThrow(expect.objectContaining({ code }));
  });

  it('generated names, where explicit ones are asked for', () => {
    const builder = new StreamsBuilder({ explicitNames: true });
    builder
      .stream('in', text)
      .groupBy((value) => value, { key: string() })
      .count();
    expect(() => builder.build()).toThrow('KSTREAM-AGGREGATE-STATE-STORE-0000000002-repartition');
  });

  it('no serde where the types were not checked', () => {
    const stream = new StreamsBuilder().stream('in', text).map((key, value) => [value, key]);
    const untyped = stream as unknown as { to(topic: string): void };
    expect(() => {
      untyped.to('out');
    }).toThrow(expect.objectContaining({ code: 'SERDE_MISSING' }));
  });
});
