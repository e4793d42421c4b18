import { describe, expect, it } from '@jest/globals';
import { withholdOwned } from '../../../../src/broker/client/cooperative.js';

const none = Buffer.alloc(0);
const p = (partition: number) => ({ topic: 't', partition });
const owner = (generationId: number, ...owned: number[]) => ({
  ...{ topics: ['t'], userData: none, generationId },
  ownedPartitions: owned.map(p),
});
const wants = (...partitions: number[]) => ({ partitions: partitions.map(p), userData: none });
const given = (
  subscriptions: Record<string, ReturnType<typeof owner>>,
  wanted: Record<string, ReturnType<typeof wants>>,
): Record<string, number[]> => {
  const result = withholdOwned(new Map(Object.entries(subscriptions)), new Map(Object.entries(wanted)));
  return Object.fromEntries(
    [...result].map(([id, { partitions }]) => [id, partitions.map(({ partition }) => partition)]),
  );
};

describe('a cooperative assignment', () => {
  it('leaves out for the new owner what the old one still has', () => {
    expect(given({ a: owner(3, 0, 1), b: owner(-1) }, { a: wants(0), b: wants(1) })).toEqual({ a: [0], b: [] });
  });

  it('gives what nobody owns at once', () => {
    expect(given({ a: owner(4, 0), b: owner(4) }, { a: wants(0), b: wants(1) })).toEqual({ a: [0], b: [1] });
  });

  it('does not believe a claim from an older generation than another claim', () => {
    expect(given({ a: owner(5, 0), b: owner(4, 0) }, { a: wants(0), b: wants() })).toEqual({ a: [0], b: [] });
  });

  it('gives to nobody what two members claim in one generation', () => {
    expect(given({ a: owner(5, 0), b: owner(5, 0) }, { a: wants(0), b: wants() })).toEqual({ a: [], b: [] });
  });
});
