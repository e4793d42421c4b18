import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPrometheusMetrics } from '../../../../src/observability/prometheus-metrics.js';
import { WatchRequest, type WatchResponse } from '../../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { ChangeBuffer, type LoggedChange } from '../../../../src/query/watch/change-buffer.js';
import { toChange } from '../../../../src/query/watch/change-messages.js';
import { systemClock } from '../../../../src/util/time.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { countTopology } from '../../../support/small-topologies.js';
import { WatchedApplication } from '../../../support/watched-application.js';

const change = (key: string, offset: number): LoggedChange => ({
  partition: 0,
  offset,
  identity: key,
  change: toChange({ key, value: offset }),
  keyBytes: Buffer.from(key),
  valueBytes: Buffer.alloc(8),
});

function taken(buffer: ChangeBuffer): LoggedChange[] {
  const changes: LoggedChange[] = [];
  for (let next = buffer.shift(); next !== undefined; next = buffer.shift()) changes.push(next);
  return changes;
}

describe('changes that wait for a client', () => {
  it('are all given, in their order, as long as they are few', () => {
    const buffer = new ChangeBuffer({ maxBytes: 1 << 20, maxChanges: 10 });
    for (let offset = 0; offset < 10; offset++) buffer.push(change('a', offset));
    expect(taken(buffer).map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(buffer.bytes).toBe(0);
  });

  it('are never more than the bounds, and the last of each row is among them unless all are lost', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 60 }), (keys) => {
        const buffer = new ChangeBuffer({ maxBytes: 4_000, maxChanges: 6 });
        const last = new Map<string, number>();
        for (const [offset, key] of keys.entries()) {
          last.set(key, offset);
          if (buffer.push(change(key, offset)) > 0) last.clear();
          expect(buffer.size).toBeLessThanOrEqual(6);
          expect(buffer.bytes).toBeLessThanOrEqual(4_000);
        }
        const told = new Map(taken(buffer).map(({ identity, offset }) => [identity, offset]));
        expect(told).toEqual(last);
      }),
    );
  });

  it('are dropped when rows are too many, which ends the watch where it can be gone on from without loss', async () => {
    const cluster = await EmbeddedCluster.open({ in: 1, out: 1 });
    const metrics = createPrometheusMetrics({ processMetrics: false });
    const bounds = { maxBytes: 1 << 20, maxChanges: 100 };
    const running = await WatchedApplication.start(cluster, countTopology(), { bounds, metrics });
    const watch = running.queries.watch(WatchRequest.create({ store: 'counts' }));
    const slow: AsyncIterator<WatchResponse, undefined> = watch[Symbol.asyncIterator]();
    const first = [(await slow.next()).value];
    const waiting = slow.next(); // it follows the changes from now on, and takes the first of them
    const keys = Array.from({ length: 1_000 }, (_, index) => `key-${index}`);
    await cluster.produce('in', keys.map((key) => [key, ''])); // prettier-ignore
    while (!/watch_overflows_total\{.*\} 1/.test(await metrics.exposition())) await systemClock.yieldToEventLoop();
    first.push((await waiting).value, (await slow.next()).value);
    expect(first.map((response) => response?.event?.$case)).toEqual([undefined, 'change', 'overflow']);
    expect((await slow.next()).done).toBe(true);

    const second = running.watch('counts', { resumeFrom: first.at(-1)?.cursor });
    await second.until(({ values }) => values.length === 999);
    expect(second.values.map(([key]) => key)).toEqual(keys.slice(1));
    await second.stop();
    await running.close();
    await cluster.close();
  });
});
