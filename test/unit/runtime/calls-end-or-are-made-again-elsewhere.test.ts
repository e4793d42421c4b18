import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import type { StreamsApplication } from '../../../src/runtime/application.js';
import { string } from '../../../src/serde/primitives.js';
import { ControlledCalls } from '../../support/controlled-calls.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { testApplication } from '../../support/running-application.js';

let cluster: EmbeddedCluster;
let calls: ControlledCalls;

async function start(instanceId: string): Promise<StreamsApplication> {
  const builder = new StreamsBuilder();
  builder
    .stream('in', { key: string(), value: string() })
    .mapAsync(calls.mapper, { name: 'ask', store: 'pending', timeout: '10m' })
    .to('out', { value: string() });
  const app = testApplication({ instanceId, topology: builder.build(), client: cluster.client() });
  await app.start();
  return app;
}

async function untilCalled(times: number): Promise<void> {
  while (calls.made.length < times) await cluster.pause();
}

const written = async (topic: string, count: number): Promise<readonly (string | null)[]> =>
  (await cluster.readUntil(topic, (records) => records.length >= count)).map(({ value }) => value);

beforeEach(async () => {
  cluster = await EmbeddedCluster.open({ in: 1, out: 1 });
  calls = new ControlledCalls();
});
afterEach(() => cluster.close());

describe('a call that is under way when its application closes', () => {
  it('counts if it ends soon, and no other begins', async () => {
    const app = await start('a');
    await cluster.produce('in', [['k', '1'], ['k', '2']]); // prettier-ignore
    await untilCalled(1);
    const closing = app.close();
    await cluster.pause();
    calls.made[0]?.resolve('1!');
    expect(await closing).toBe(true);
    expect(await written('out', 1)).toEqual(['1!']);
    expect(calls.values).toEqual(['1']);
  });

  it('is made again if it does not, with the same key, by the instance that has the task next', async () => {
    const first = await start('a');
    await cluster.produce('in', [['k', '1'], ['k', '2']]); // prettier-ignore
    await written('app-pending-changelog', 2);
    await first.close({ timeoutMs: 3_000, leaveGroup: true });
    const second = await start('b');
    await untilCalled(2);
    calls.made[0]?.resolve('nobody waits for it');
    calls.made[1]?.resolve('1!');
    await untilCalled(3);
    calls.made[2]?.resolve('2!');
    expect(await written('out', 2)).toEqual(['1!', '2!']);
    expect(calls.made.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      'app/ask/in-0@0',
      'app/ask/in-0@0',
      'app/ask/in-0@1',
    ]);
    await second.close();
  });
});
