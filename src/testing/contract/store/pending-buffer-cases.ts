import { deepEqual, equal } from 'node:assert/strict';
import type { PendingBuffer, PendingRecord } from '../../../state/pending/pending-store.js';
import { NO_HEADERS } from '../../../util/headers.js';
import type { ContractCase } from './contract-case.js';
import { OpenedState, pendingBufferDefinition, type StoreWorld } from './store-world.js';

/** What the buffer of records whose results are awaited does. */
export function pendingBufferCases(world: StoreWorld): ContractCase[] {
  const open = (): Promise<OpenedState> => OpenedState.open(world, [pendingBufferDefinition()]);
  return [
    {
      name: 'records that are awaited stand in the order in which they came, and are there until they are removed',
      async run() {
        const opened = await open();
        const buffer = bufferOf(opened);
        const [first, second] = [buffer.add(pending('a')), buffer.add(pending('b'))];
        deepEqual([buffer.all(), buffer.size], [[[first, pending('a')], [second, pending('b')]], 2]); // prettier-ignore
        buffer.update(first, pending('a', 3));
        buffer.remove(second);
        deepEqual([buffer.all(), buffer.size], [[[first, pending('a', 3)]], 1]);
        await opened.state.close();
      },
    },
    {
      name: 'an awaited record that comes and goes within one commit is not logged; one that stays is, once, and when it goes',
      async run() {
        const opened = await open();
        const buffer = bufferOf(opened);
        buffer.remove(buffer.add(pending('gone')));
        const stays = buffer.add(pending('stays'));
        buffer.update(stays, pending('stays', 1));
        await opened.commit();
        deepEqual(logged(opened), ['1 there']);
        await opened.commit();
        buffer.remove(stays);
        await opened.commit();
        deepEqual(logged(opened), ['1 there', '1 gone']);
        await opened.state.close();
      },
    },
    {
      name: 'an abort brings awaited records back that were removed since the commit, and forgets those that were added',
      async run() {
        const opened = await open();
        const buffer = bufferOf(opened);
        const kept = buffer.add(pending('kept'));
        await opened.commit();
        buffer.remove(kept);
        buffer.add(pending('new'));
        while (opened.state.flushCaches(1) > 0);
        opened.state.freeze();
        buffer.add(pending('newer'));
        opened.state.abort();
        deepEqual(buffer.all(), [[kept, pending('kept')]]);
        await opened.state.close();
      },
    },
    {
      name: 'awaited records are restored with all that is known of them, and later ones come behind them',
      async run() {
        const original = await open();
        const before = bufferOf(original);
        const [gone, stays] = [before.add(pending('gone')), before.add(pending('stays', 2))];
        await original.commit();
        before.remove(gone);
        await original.commit();
        const copy = await original.restored(world);
        const buffer = bufferOf(copy);
        equal(buffer.size, 1);
        deepEqual(buffer.all(), [[stays, pending('stays', 2)]]);
        deepEqual(buffer.add(pending('later')), stays + 1);
        await copy.state.close();
      },
    },
  ];
}

function bufferOf(opened: OpenedState): PendingBuffer<string> {
  return opened.state.stores.get('store') as PendingBuffer<string>; // the definition above
}

function pending(value: string, attempt = 0): PendingRecord<string> {
  const context = { topic: 'in', partition: 2, offset: 7, timestamp: 5, headers: [['h', Buffer.from('x')]] as const };
  return {
    value,
    attempt,
    context: value === 'b' ? { ...context, headers: NO_HEADERS } : context,
    ordinal: 1,
    arrivedMs: 9,
  };
}

function logged({ context }: OpenedState): string[] {
  return context.logged.map(
    ({ key, value }) => `${String(key.readBigInt64BE(0))} ${value === null ? 'gone' : 'there'}`,
  );
}
