import assert from 'node:assert/strict';
import type { Clause } from './broker-contract.js';
import { offsetOf } from './broker-scenario.js';
import { GroupObserver } from './group-observer.js';

/** Several members: cooperative rebalancing. */
export function handOverContract(clause: Clause): void {
  clause('a partition goes to a new member only after the old one gave it up, having committed', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 4);
    const holders = new Map<string, string>();
    const first = new GroupObserver(s, await s.client(), topic, { userData: 'first', holders });
    await first.joined();
    first.whileRevoking = async () => {
      assert.equal(first.member.rebalancing, false);
      await s.clock.sleep(300);
      const offsets = [...first.owned].map((key) => offsetOf(topic, Number(key.split('-').at(-1)), 5));
      await first.member.commitOffsets(offsets);
    };
    const second = new GroupObserver(s, await s.client(), topic, { userData: 'second', holders });
    await second.joined();
    assert.deepEqual(second.told, ['assigned '], 'nothing before it was given up');
    await s.eventually('both own two', () => first.owned.size === 2 && second.owned.size === 2);
    assert.equal(holders.size, 4);
    const kept = first.told.filter((line) => line.startsWith('revoked'));
    assert.equal(kept.length, 1, `given up once, not all: ${first.told.join('; ')}`);
    const committed = await client.admin.committedOffsets(first.metadata().groupId, 'all');
    assert.equal(committed.size, 4);
  });

  clause('three members come and go, and every partition is always with one of them in the end', async (s) => {
    const client = await s.client();
    const topic = await s.topic(client, 6);
    const holders = new Map<string, string>();
    const observers = await Promise.all(
      ['a', 'b', 'c'].map(async (userData) => new GroupObserver(s, await s.client(), topic, { userData, holders })),
    );
    await Promise.all(observers.map((observer) => observer.joined()));
    await Promise.all(observers.map((observer) => observer.owns(2)));
    const [leaving, ...staying] = observers;
    assert.ok(leaving);
    await leaving.member.stop();
    for (const [key, holder] of holders) if (holder === 'a') holders.delete(key);
    await Promise.all(staying.map((observer) => observer.owns(3)));
    assert.equal(holders.size, 6);
  });

  clause('a static member that comes back has its partitions without a rebalance', async (s) => {
    const topic = await s.topic(await s.client(), 4);
    const open = async (groupInstanceId: string) => {
      return new GroupObserver(s, await s.client(), topic, { groupInstanceId, userData: groupInstanceId });
    };
    const staying = await open('staying');
    const restarted = await open('restarted');
    await Promise.all([staying.joined(), restarted.joined()]);
    await Promise.all([staying.owns(2), restarted.owns(2)]);
    await s.clock.sleep(300);
    const toldBefore = staying.told.length;
    await restarted.member.stop();
    const again = await open('restarted');
    await again.joined();
    assert.deepEqual(again.owned, restarted.owned);
    await s.clock.sleep(300);
    assert.equal(staying.told.length, toldBefore, 'the other member was told nothing');
  });

  clause('a static member that leaves for good gives up its partitions at once', async (s) => {
    const topic = await s.topic(await s.client(), 4);
    const open = async (groupInstanceId: string) =>
      new GroupObserver(s, await s.client(), topic, { groupInstanceId, sessionTimeoutMs: 25_000 });
    const [staying, leaving] = [await open('staying'), await open('leaving')];
    await Promise.all([staying.joined(), leaving.joined()]);
    await Promise.all([staying.owns(2), leaving.owns(2)]);
    const before = s.clock.monotonicMs();
    await leaving.member.stop({ evenStatic: true });
    await staying.owns(4);
    assert.ok(s.clock.monotonicMs() - before < 25_000, 'before the session time-out');
  });
}
