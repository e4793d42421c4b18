import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import type { StreamsApplication } from '../../../src/runtime/application.js';
import { string } from '../../../src/serde/index.js';
import type { BuiltTopology } from '../../../src/topology/node.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { testApplication } from '../../support/running-application.js';

const text = { key: string(), value: string() };
let cluster: EmbeddedCluster;

beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ prices: 1, in: 1, out: 1, seen: 1 });
});
afterEach(() => cluster.close());

function pricedSales(): BuiltTopology {
  const builder = new StreamsBuilder({ storage: 'memory' });
  const prices = builder.table('prices', { ...text, store: 'prices', caching: false });
  prices.toStream().to('seen');
  builder
    .stream('in', text)
    .leftJoin(prices, (sale, price) => `${sale}@${String(price)}`)
    .to('out', text);
  return builder.build({ optimization: 'all' });
}

async function started(): Promise<StreamsApplication> {
  const application = testApplication({ topology: pricedSales(), client: cluster.client() });
  await application.start();
  await application.waitUntilRunning();
  return application;
}

describe('a table whose source topic is its changelog', () => {
  it('is there again after a restart, deletions too, and has no other topic', async () => {
    await cluster.produce('prices', [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
      ['b', null],
    ]);
    const first = await started();
    await cluster.readUntil('seen', (records) => records.length === 4);
    await first.close({ leaveGroup: true });
    const second = await started();
    await cluster.produce('in', [
      ['a', 'x'],
      ['b', 'y'],
    ]);
    const sales = await cluster.readUntil('out', (records) => records.length === 2);
    expect(sales.map(({ value }) => value)).toEqual(['x@3', 'y@null']);
    await second.close();
  });
});
