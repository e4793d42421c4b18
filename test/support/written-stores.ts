import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { string } from '../../src/serde/primitives.js';
import type {
  KeyValueStore,
  SessionStore,
  StateStore,
  StoreDefinition,
  TimestampedKeyValueStore,
  TimestampedWindowStore,
  VersionedKeyValueStore,
} from '../../src/state/store.js';
import type { BuiltTopology } from '../../src/topology/node.js';
import type { Processor, Record } from '../../src/topology/processor.js';
import {
  keyValueStore,
  sessionStore,
  versionedKeyValueStore,
  windowStore,
} from '../../src/topology/store-definitions.js';
import { Topology } from '../../src/topology/topology.js';

type Write = (store: StateStore, record: Record<string, string | null>) => void;

const [key, value] = [string(), string()];
const serdes = { name: 'written', key, value };
const minuteOf = (timestamp: number): number => timestamp - (timestamp % 60_000);

/** Topologies with a store `written` of each kind, to which every record of `in` is put under its key; null deletes. */
export const WRITTEN_STORES: { readonly [kind: string]: () => BuiltTopology } = {
  'a key-value store': () =>
    writing(keyValueStore(serdes), (store, { key, value }) => {
      (store as KeyValueStore<string, string>).put(key, value);
    }),
  'a timestamped store in memory, with a record cache': () =>
    writing(
      keyValueStore({ ...serdes, timestamped: true, storage: 'memory', caching: true }),
      (store, { key, value, timestamp }) => {
        (store as TimestampedKeyValueStore<string, string>).put(key, value === null ? null : { value, timestamp });
      },
    ),
  'a window store': windowTopology,
  'a session store': () =>
    writing(sessionStore({ ...serdes, retention: '1d' }), (store, { key, value, timestamp }) => {
      const session = { key, start: minuteOf(timestamp), end: minuteOf(timestamp) + 1_000 };
      (store as SessionStore<string, string>).put(session, value);
    }),
  'a versioned store': () =>
    writing(versionedKeyValueStore({ ...serdes, historyRetention: '1d' }), (store, { key, value, timestamp }) => {
      (store as VersionedKeyValueStore<string, string>).put(key, value, timestamp);
    }),
  'a table whose changelog is its source': () => {
    const builder = new StreamsBuilder();
    builder.table('in', { key, value, store: 'written' });
    return builder.build({ optimization: 'all' });
  },
  'a global store': () => {
    const builder = new StreamsBuilder();
    builder.globalTable('in', { key, value, store: 'written' });
    builder.stream('other', { key, value }).to('out', { key, value });
    return builder.build();
  },
};

/** With a store of windows of a minute. */
export function windowTopology(): BuiltTopology {
  const store = windowStore({ ...serdes, timestamped: true, retention: '1d', windowSize: '1m' });
  return writing(store, (written, { key, value, timestamp }) => {
    const row = value === null ? null : { value, timestamp };
    (written as TimestampedWindowStore<string, string>).put(key, row, minuteOf(timestamp));
  });
}

function writing(definition: StoreDefinition, write: Write): BuiltTopology {
  return new Topology()
    .addSource('source', { topics: 'in', key: string(), value: string() })
    .addProcessor('write', () => writer(write), { parents: 'source' })
    .addStateStore(definition, 'write')
    .build();
}

function writer(write: Write): Processor<string, string | null, never, never> {
  let store: StateStore | undefined;
  return {
    init(context) {
      store = context.getStateStore('written');
    },
    process(record) {
      if (store) write(store, record);
    },
  };
}
