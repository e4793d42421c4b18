import { describe, expect, it } from '@jest/globals';
import { openCountWindows } from '../../../src/processor/aggregate/open-count-windows.js';
import { identitySerde } from '../../../src/processor/distinct/identity.js';
import { occurrences } from '../../../src/processor/distinct/occurrence.js';
import { subscriptionSerde } from '../../../src/processor/foreign-key-join/subscription.js';
import { answerSerde } from '../../../src/processor/foreign-key-join/subscription-answer.js';
import { unjoinedKeySerde, unjoinedValuesSerde } from '../../../src/processor/join/unjoined-format.js';
import { Change } from '../../../src/processor/ktable/change.js';
import { changeSerde } from '../../../src/processor/ktable/change-serde.js';
import { expiryKey } from '../../../src/processor/ktable/expiry-key.js';
import { arrivals } from '../../../src/processor/reorder/arrival.js';
import { heldRecords } from '../../../src/processor/reorder/held-record.js';
import { memberList } from '../../../src/processor/top/member.js';
import { rankingKey } from '../../../src/processor/top/ranking-key.js';
import { countWindows } from '../../../src/processor/window/count-windows.js';
import { SerdeError, string, type Serde } from '../../../src/serde/index.js';

interface Row {
  readonly serde: Serde<unknown>;
  readonly value: unknown;
}

/** What operators keep or send in formats of their own, each with a value that has all the parts. */
const rows: readonly Row[] = [
  row(identitySerde(string()), { key: 'k', id: undefined }),
  row(identitySerde(string()), { key: 'k', id: 'text' }),
  row(identitySerde(string()), { key: 'k', id: 2.5 }),
  row(identitySerde(string()), { key: 'k', id: 2n ** 70n }),
  row(identitySerde(string()), { key: 'k', id: true }),
  row(identitySerde(string()), { key: 'k', id: false }),
  row(occurrences, { timestamp: 1, offset: 2, ordinal: 3, topic: 'in' }),
  row(openCountWindows(countWindows(3, { advance: 1 }), string()), {
    records: 2,
    windows: [
      { index: 0, count: 2, start: 5, latest: 7, value: 'ab' },
      { index: 1, count: 1, start: 7, latest: 7, value: null },
    ],
  }),
  row(unjoinedKeySerde(string()), { timeMs: 9, left: true, key: 'k' }),
  row(unjoinedValuesSerde(string(), string()), [
    { left: true, value: 'l' },
    { left: false, value: 'r' },
  ]),
  row(expiryKey(string()), { timeMs: 9, key: 'k' }),
  row(arrivals, { group: 'in', offset: 7, ordinal: 1 }),
  row(heldRecords(string(), string()), { key: 'k', value: null }),
  row(heldRecords(string(), string()), { key: null, value: 'v' }),
  row(memberList, [
    { score: 1.5, bytes: Buffer.from('a') },
    { score: 1, bytes: Buffer.from('bc') },
  ]),
  row(rankingKey(string()), { group: 'g', part: 2 }),
  row(changeSerde(string()), new Change<string>('new', 'old')),
  row(subscriptionSerde(string(), string()), {
    hash: Buffer.alloc(16, 1),
    instruction: 'subscribeAndAnswer',
    primaryKey: 'k',
    primaryPartition: 3,
  }),
  row(answerSerde(string()), { hash: Buffer.alloc(16, 1), foreignValue: 'v', primaryPartition: undefined }),
];

function row<T>(serde: Serde<T>, value: T): Row {
  return { serde: serde, value }; // only ever given its own value
}

/** The error of reading the bytes up to an end; undefined if they are a value. */
function errorOf({ serde }: Row, bytes: Buffer, end: number): unknown {
  try {
    serde.deserialize(bytes, 0, end);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe.each(rows.map((one) => [one.serde.name, one] as const))('a row of %s', (_, one) => {
  const bytes = one.serde.serialize(one.value);

  it('is read as it was written', () => {
    expect(one.serde.deserialize(bytes, 0, bytes.length)).toEqual(one.value);
  });

  it('is refused where it is too short, wherever it ends', () => {
    const errors = Array.from({ length: bytes.length }, (_none, end) => errorOf(one, bytes, end));
    expect(errors.filter((error) => error !== undefined && !(error instanceof SerdeError))).toEqual([]);
  });
});

describe('a row', () => {
  const cut = (one: Row): unknown => errorOf(one, one.serde.serialize(one.value).subarray(0, 1), 1);

  it.each(
    rows
      .filter(({ serde }) => !/^(members|unjoinedValues|change)/.test(serde.name))
      .map((one) => [one.serde.name, one] as const),
  )('of %s is not one byte long', (_, one) => {
    expect(cut(one)).toMatchObject({ code: 'SERDE_INVALID_BYTES' });
  });

  it.each([[[]], [null], [{}]])('has no id such as %j', (id) => {
    const identities = identitySerde(string()) as Serde<unknown>; // as from code without types
    expect(() => identities.serialize({ key: 'k', id })).toThrow('an id is a string, a number, a bigint or a boolean');
  });

  it('has no id of a kind that nobody writes', () => {
    const bytes = identitySerde(string()).serialize({ key: 'k', id: true });
    bytes[5] = 9;
    expect(() => identitySerde(string()).deserialize(bytes, 0, bytes.length)).toThrow('the kind of the id is unknown');
  });
});
