import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import type { StreamsApplication } from '../../../src/runtime/application.js';
import { openStateDirectory } from '../../../src/runtime/open-state-directory.js';
import type { StateDirectory } from '../../../src/runtime/state-directory.js';
import { long, string } from '../../../src/serde/index.js';
import type {
  ReadOnlyKeyValueStore,
  ReadOnlyVersionedKeyValueStore,
  VersionedRecord,
} from '../../../src/state/store.js';
import { keyValueStore } from '../../../src/topology/store-definitions.js';
import type { BuiltTopology } from '../../../src/topology/node.js';
import { seededRandom } from '../../../src/util/random.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { testApplication } from '../../support/running-application.js';

const text = { key: string(), value: string() };
const TIMEOUT_MS = 120_000;
let cluster: EmbeddedCluster;
let path: string;
let stateDirectory: StateDirectory;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'millrace-versions-'));
  stateDirectory = await openStateDirectory({ path, random: seededRandom(1) });
  cluster = await EmbeddedCluster.open({ prices: 1, in: 1, came: 1, out: 1 });
});
afterEach(async () => {
  await cluster.close();
  await stateDirectory.close();
  await rm(path, { recursive: true, force: true });
});

async function started(topology: BuiltTopology): Promise<StreamsApplication> {
  const application = testApplication({ topology, client: cluster.client(), stateDirectory });
  await application.start();
  await application.waitUntilRunning();
  return application;
}
const came = (count: number) => cluster.readUntil('came', (records) => records.length === count);
const shown = ({ timestamp, validTo, value }: VersionedRecord<string>): string =>
  `${timestamp}-${validTo ?? ''}: ${value}`;

describe.each([
  ['leveldb', 'none'],
  ['memory', 'none'],
  ['leveldb', 'all'],
  ['memory', 'all'],
] as const)('a versioned table in %s, optimization %s', (storage, optimization) => {
  /** Sales that wait 20 ms for the price of their time. */
  function pricedSales(): BuiltTopology {
    const builder = new StreamsBuilder({ storage });
    const prices = builder.table('prices', { ...text, store: 'prices', historyRetention: '1h' });
    prices.toStream().to('came');
    const sales = builder.stream('in', text);
    sales.to('came', text);
    sales.leftJoin(prices, (sale, price) => `${sale}@${String(price)}`, { grace: 20 }).to('out', text);
    return builder.build({ optimization });
  }

  it('has its versions after a restart, and so do the records that waited for it', async () => {
    const first = await started(pricedSales());
    await cluster.produce('prices', [['a', '1', 10], ['a', '3', 30], ['a', '2', 20], ['b', '9', 10], ['b', null, 15]]); // prettier-ignore
    await cluster.produce('in', [['a', 'x', 25], ['b', 'y', 20]]); // prettier-ignore
    await came(7);
    await first.close({ leaveGroup: true });
    const second = await started(pricedSales());
    const prices = second.store<ReadOnlyVersionedKeyValueStore<string, string>>('prices');
    expect([...prices.versions('a', 0, 99)].map(shown)).toEqual(['10-20: 1', '20-30: 2', '30-: 3']);
    expect([prices.get('a', 25)?.value, prices.get('b', 12)?.value, prices.get('b')]).toEqual(['2', '9', undefined]);
    await cluster.produce('in', [['a', 'z', 60]]); // prettier-ignore
    const sales = await cluster.readUntil('out', (records) => records.length === 2);
    expect(sales.map(({ value }) => value)).toEqual(['y@null', 'x@2']);
    await second.close();
  }, TIMEOUT_MS); // prettier-ignore
});

it('a store of the least recently used has them after a restart, though it is in memory', async () => {
  const counts = keyValueStore({ name: 'counts', key: string(), value: long(), maxEntries: 2, timestamped: true });
  const counting = (): BuiltTopology => {
    const builder = new StreamsBuilder();
    builder.stream('in', text).groupByKey().count({ store: counts }).toStream().to('came');
    return builder.build();
  };
  const first = await started(counting());
  await cluster.produce('in', ['a', 'b', 'a', 'c'].map((key, index) => [key, 'v', index] as const)); // prettier-ignore
  await came(4);
  await first.close({ leaveGroup: true });
  const second = await started(counting());
  const store = second.store<ReadOnlyKeyValueStore<string, { value: number }>>('counts');
  expect(['a', 'b', 'c'].map((key) => store.get(key)?.value)).toEqual([2, undefined, 1]);
  await second.close();
}, TIMEOUT_MS); // prettier-ignore
