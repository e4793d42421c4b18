import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../../src/broker/client/consumer-protocol.js';

const userData = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
const partitions = fc.uniqueArray(
  fc.record({ topic: fc.constantFrom('orders', 'größe', 'x'), partition: fc.nat(1000) }),
  { selector: ({ topic, partition }) => `${topic}-${partition}` },
);
const sorted = (list: readonly { topic: string; partition: number }[]): string[] =>
  list.map(({ topic, partition }) => `${topic}-${partition}`).sort();

describe('the bytes of group membership', () => {
  it('are those of ConsumerProtocolSubscription version 3', () => {
    const bytes = encodeSubscription({
      topics: ['t'],
      userData: Buffer.from([7]),
      ownedPartitions: [{ topic: 't', partition: 2 }],
      generationId: 5,
    });
    const expected = '0003 00000001 0001 74 00000001 07 00000001 0001 74 00000001 00000002 00000005 ffff';
    expect(bytes.toString('hex')).toBe(expected.replaceAll(' ', ''));
  });

  it('are those of ConsumerProtocolAssignment version 3', () => {
    const bytes = encodeAssignment({ partitions: [{ topic: 't', partition: 1 }], userData: Buffer.from([9]) });
    expect(bytes.toString('hex')).toBe('0003 00000001 0001 74 00000001 00000001 00000001 09'.replaceAll(' ', ''));
  });

  it('give back the subscription', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string()),
        userData,
        partitions,
        fc.integer({ min: -1, max: 99 }),
        (topics, data, owned, g) => {
          const back = decodeSubscription(
            encodeSubscription({ topics, userData: data, ownedPartitions: owned, generationId: g }),
          );
          expect({ ...back, ownedPartitions: sorted(back.ownedPartitions) }).toEqual({
            ...{ topics: topics.map((topic) => Buffer.from(topic).toString()), userData: data, generationId: g },
            ownedPartitions: sorted(owned),
          });
        },
      ),
    );
  });

  it('give back the assignment', () => {
    fc.assert(
      fc.property(partitions, userData, (list, data) => {
        const back = decodeAssignment(encodeAssignment({ partitions: list, userData: data }));
        expect([sorted(back.partitions), back.userData]).toEqual([sorted(list), data]);
      }),
    );
  });

  it('of a version 0 subscription hold no partitions and no generation', () => {
    const back = decodeSubscription(Buffer.from('0000000000010001 74 ffffffff'.replaceAll(' ', ''), 'hex'));
    expect(back).toEqual({ topics: ['t'], userData: Buffer.alloc(0), ownedPartitions: [], generationId: -1 });
  });

  it.each(['', '0003', '00030000000f', '000300000001ffff', '00030000000100ff61'])('%s are refused', (hex) => {
    expect(() => decodeSubscription(Buffer.from(hex, 'hex'))).toThrow(/cannot be read/);
  });
});
