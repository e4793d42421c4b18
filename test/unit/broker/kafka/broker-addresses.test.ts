import { describe, expect, it } from '@jest/globals';
import { ClusterAddresses, parseAddresses } from '../../../../src/broker/kafka/cluster-addresses.js';

describe("a broker's address", () => {
  it.each([
    ['localhost:9092', 'localhost', 9092],
    [' kafka-1.example.com:19092 ', 'kafka-1.example.com', 19092],
    ['127.0.0.1:1', '127.0.0.1', 1],
    ['[::1]:9092', '::1', 9092],
  ])('"%s" is read', (text, host, port) => {
    expect(parseAddresses([text])).toEqual([{ host, port }]);
  });

  it.each(['', 'localhost', 'localhost:', ':9092', 'a:b:9092', 'localhost:0', 'localhost:70000', 'http://x:9092'])(
    '"%s" is refused',
    (text) => {
      expect(() => parseAddresses([text])).toThrow(`"${text}" is not a broker's address`);
    },
  );

  it('is needed', () => {
    expect(() => parseAddresses([])).toThrow('No broker address is given');
  });
});

describe('the addresses of a cluster', () => {
  it('of any broker are the bootstrap servers, then the nodes', () => {
    const addresses = new ClusterAddresses([{ host: 'boot', port: 1 }], () => undefined);
    addresses.learn([{ nodeId: 3, host: 'three', port: 3 }]);
    expect(addresses.of('any')).toEqual([
      { host: 'boot', port: 1 },
      { host: 'three', port: 3 },
    ]);
    expect([addresses.of(3), addresses.of(4)]).toEqual([[{ host: 'three', port: 3 }], []]);
  });

  it('tell when a node has moved, not when it stays', () => {
    const moved: number[] = [];
    const addresses = new ClusterAddresses([], (node) => moved.push(node));
    for (const port of [1, 1, 2]) addresses.learn([{ nodeId: 3, host: 'three', port }]);
    expect(moved).toEqual([3]);
  });
});
