import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { sessions } from '../../src/processor/window/session-windows.js';
import { tumbling } from '../../src/processor/window/windows.js';
import { json, long, string } from '../../src/serde/index.js';
import type { ReadOnlyVersionedKeyValueStore, VersionedRecord } from '../../src/state/store.js';
import { versionedKeyValueStore } from '../../src/topology/store-definitions.js';

interface User {
  name: string;
}

const builder = new StreamsBuilder();
const payments = builder.stream('payments', { key: string(), value: long() });
const users = builder.table('users', { key: string(), value: json<User>(), historyRetention: '1h' });
const countries = builder.globalTable('countries', { key: string(), value: string() });
const text = { key: string(), value: string() };

/* Each function holds one mistake; none is called. */
export const mistakes = {
  historyOfWindows: () => {
    // @ts-expect-error -- of a window one version is kept
    payments.groupByKey().windowedBy(tumbling('1m')).count({ historyRetention: '1h' });
  },
  historyOfSessions: () => {
    // @ts-expect-error -- of a session one version is kept
    payments.groupByKey().windowedBy(sessions('1m')).count({ historyRetention: '1h' });
  },
  historyOfAGlobalTable: () => {
    // @ts-expect-error -- a global table keeps the latest values
    builder.globalTable('rates', { ...text, historyRetention: '1h' });
  },
  cacheOfVersions: () => {
    // @ts-expect-error -- a versioned store has no record cache
    versionedKeyValueStore({ ...text, name: 's', historyRetention: '1h', caching: true });
  },
  historyWithoutEnd: () => {
    // @ts-expect-error -- how far the history reaches has to be said
    versionedKeyValueStore({ ...text, name: 's' });
  },
  historyWithATtl: () => {
    // @ts-expect-error -- versions live as long as the history
    versionedKeyValueStore({ ...text, name: 's', historyRetention: '1h', ttl: '1h' });
  },
  graceOfAGlobalTable: () => {
    // @ts-expect-error -- there is nothing to wait for: a global table is full before the stream begins
    payments.join(countries, (key) => key, (amount) => amount, { grace: '5s' }); // prettier-ignore
  },
};

describe('a versioned table', () => {
  it('is joined as any other, with a grace or without', () => {
    payments.join(users, (amount, user, key) => {
      expectTypeOf(user).toEqualTypeOf<User>();
      expectTypeOf(key).toEqualTypeOf<string>();
      return amount;
    }, { grace: '5s' }); // prettier-ignore
    payments.leftJoin(users, (amount, user) => {
      expectTypeOf(user).toEqualTypeOf<User | null>();
      return amount;
    }, { grace: '5s' }); // prettier-ignore
  });

  it('gives versions of the type of its values', () => {
    type Users = ReadOnlyVersionedKeyValueStore<string, User>;
    expectTypeOf<ReturnType<Users['get']>>().toEqualTypeOf<VersionedRecord<User> | undefined>();
    expectTypeOf<ReturnType<Users['versions']>>().toEqualTypeOf<Iterable<VersionedRecord<User>>>();
  });
});
