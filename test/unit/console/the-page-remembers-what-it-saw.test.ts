import { describe, expect, it } from '@jest/globals';
import { History } from '../../../src/console/page/live/history.js';
import { NO_CHANGES, withEvent } from '../../../src/console/page/views/stores/changes.js';
import { litShapes, NO_TRACES, withStep, type Traces } from '../../../src/console/page/views/trace/traces.js';

describe('the history of a page', () => {
  it('has gaps where nothing was measured, before and between', () => {
    const history = new History(10);
    history.add(1, new Map([['a', 1]]));
    history.add(2, new Map([['b', 2]]));
    history.add(3, new Map([['a', 3]]));
    expect([history.timesMs, history.line('a'), history.line('b'), history.line('c')]).toEqual([
      [1, 2, 3],
      [1, null, 3],
      [null, 2, null],
      [null, null, null],
    ]);
  });

  it('forgets the oldest first, and lines that are all gaps', () => {
    const history = new History(2);
    for (const [at, name] of [[1, 'a'], [2, 'b'], [3, 'b']] as const) history.add(at, new Map([[name, at]])); // prettier-ignore
    expect([history.timesMs, history.line('a'), history.line('b')]).toEqual([[2, 3], [null, null], [2, 3]]); // prettier-ignore
  });
});

describe('a store that is watched', () => {
  const change = (key: string, value: number, more = {}) => ({
    event: 'change',
    id: undefined,
    data: JSON.stringify({ record: { key, value }, ...more }),
  });

  it('shows the last change of each key, the newest first', () => {
    const { rows, received } = [change('a', 1), change('b', 2), change('a', 3)].reduce(withEvent, NO_CHANGES);
    expect(rows.map(({ key, value }) => [key, value])).toEqual([['a', 3], ['b', 2]]); // prettier-ignore
    expect(received).toBe(3);
  });

  it('shows windows of a key apart, and deletions without a value', () => {
    const windows = ['2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z'].map((windowStart) =>
      change('a', 1, { windowStart }),
    );
    expect(windows.reduce(withEvent, NO_CHANGES).rows).toHaveLength(2);
    expect(withEvent(NO_CHANGES, change('a', 1, { deleted: true })).rows[0]?.value).toBeUndefined();
  });

  it('counts what was missed, and takes nothing from other events', () => {
    const overflow = { event: 'overflow', id: undefined, data: '{"dropped":"7"}' };
    const end = { event: 'snapshot-end', id: undefined, data: '{}' };
    expect([overflow, end].reduce(withEvent, NO_CHANGES)).toEqual({ rows: [], received: 0, missed: 7 });
  });
});

describe('a record that is followed', () => {
  const steps = [
    {
      traceId: 't',
      taskId: '0_0',
      node: 'source',
      read: { topic: 'app-x-repartition', offset: '5', record: { key: 'k', value: 1 } },
    },
    { traceId: 't', taskId: '0_0', node: 'count', store: { store: 'counts', operation: 'put', key: 'k', value: 2 } },
    { traceId: 'u', taskId: '0_1', node: 'source', read: { topic: 'in' } },
    { traceId: 't', taskId: '0_0', node: 'sink', send: { to: 'out', record: { key: 'k', value: 2 } } },
  ];
  const followed = (): Traces => steps.reduce((traces, step) => withStep(traces, step, 'app'), NO_TRACES);

  it('keeps the steps of one trace together, the newest trace first', () => {
    expect(followed().all.map(({ id, steps }) => [id, steps.map(({ what }) => what)])).toEqual([
      ['u', ['read in-0 at offset 0']],
      ['t', ['read app-x-repartition-0 at offset 5', 'put counts', 'sent to out']],
    ]);
  });

  it('lights up what it reached, in order, repartition topics as the graph names them', () => {
    const trace = followed().all[1]!;
    expect([...litShapes(trace)]).toEqual([
      ['topic x-repartition', 1],
      ['node source', 2],
      ['node count', 3],
      ['store counts', 4],
      ['node sink', 5],
      ['topic out', 6],
    ]);
    expect([...litShapes(trace, 1).keys()]).toEqual(['topic x-repartition', 'node source']);
  });

  it('tells how many steps are missing', () => {
    expect(withStep(NO_TRACES, { missed: 3 }, 'app').missed).toBe(3);
  });
});
