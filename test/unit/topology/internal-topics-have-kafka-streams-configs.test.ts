import { describe, expect, it } from '@jest/globals';
import type { Serde } from '../../../src/serde/serde.js';
import type { StoreDefinition } from '../../../src/state/store.js';
import { keyValueStore, windowStore } from '../../../src/topology/store-definitions.js';
import { Topology } from '../../../src/topology/topology.js';

const text: Serde<string> = {
  name: 'text',
  serialize: (value) => Buffer.from(value),
  deserialize: (bytes, start, end) => bytes.toString('utf8', start, end),
};
const serdes = { key: text, value: text };

function topicsOf(store: StoreDefinition) {
  return new Topology()
    .addSource('s', { topics: 'in', ...serdes })
    .addProcessor('p', () => ({ process: () => undefined }), { parents: 's' })
    .addStateStore(store, 'p')
    .build()
    .internalTopics('app');
}

describe('the changelog topic', () => {
  it('of a key-value store is compacted', () => {
    expect(topicsOf(keyValueStore({ name: 'store', ...serdes }))).toEqual([
      {
        name: 'app-store-changelog',
        type: 'changelog',
        partitions: undefined,
        configs: { 'cleanup.policy': 'compact', 'message.timestamp.type': 'CreateTime' },
      },
    ]);
  });

  it('of a key-value store with a ttl is kept for its ttl and a day, unless somebody is told of the end of its entries', () => {
    const store = keyValueStore({ name: 'store', ...serdes, ttl: 30 });
    expect(topicsOf(store)[0]?.configs).toMatchObject({
      'cleanup.policy': 'compact,delete',
      'retention.ms': '86400030',
    });
    expect(topicsOf({ ...store, onExpiry: 'tombstone' })[0]?.configs['cleanup.policy']).toBe('compact');
  });

  it('of a window store is kept for its retention and a day', () => {
    const [topic] = topicsOf(windowStore({ name: 'w', ...serdes, retention: 30, windowSize: 10 }));
    expect(topic!.configs).toMatchObject({ 'cleanup.policy': 'compact,delete', 'retention.ms': '86400030' });
  });

  it('takes the configs of the program over the defaults', () => {
    const store = windowStore({
      name: 'w',
      ...serdes,
      retention: 30,
      windowSize: 10,
      logging: { 'retention.ms': '5' },
    });
    expect(topicsOf(store)[0]!.configs['retention.ms']).toBe('5');
  });

  it('does not exist without logging', () => {
    expect(topicsOf(keyValueStore({ name: 'store', ...serdes, logging: false }))).toEqual([]);
  });
});

describe('a repartition topic', () => {
  it('is never expired by time, in small segments, with the partitions of the program', () => {
    const built = new Topology()
      .addRepartitionTopic('again', 4)
      .addSource('s', { topics: 'again', ...serdes })
      .build();
    expect(built.internalTopics('app')).toEqual([
      {
        name: 'app-again',
        type: 'repartition',
        partitions: 4,
        configs: {
          'cleanup.policy': 'delete',
          'message.timestamp.type': 'CreateTime',
          'retention.ms': '-1',
          'segment.bytes': '52428800',
        },
      },
    ]);
  });
});
