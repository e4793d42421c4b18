import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { sessions } from '../../../src/processor/window/session-windows.js';
import { tumbling } from '../../../src/processor/window/windows.js';
import { avro, string } from '../../../src/serde/index.js';
import type { BuiltTopology } from '../../../src/topology/node.js';
import { Restarts } from '../../support/evolution/restarts.js';

const TIMEOUT_MS = 120_000;
const CHANGELOG = 'app-kept-changelog';
const text = { key: string(), value: string() };
const kept = { store: 'kept', value: string() };
let restarts: Restarts;

beforeEach(async () => {
  restarts = await Restarts.open({ in: 1, out: 1 });
});
afterEach(() => restarts.close());

type Keep = (builder: StreamsBuilder) => unknown;

function built(keep: Keep): BuiltTopology {
  const builder = new StreamsBuilder();
  keep(builder);
  return builder.build();
}

const grouped = (builder: StreamsBuilder) => builder.stream('in', text).groupByKey();
const join = (_: string, left: string, right: string): string => left + right;
const latest: Keep = (builder) => grouped(builder).reduce((_, value) => value, kept);
const latestAvro: Keep = (builder) =>
  grouped(builder).reduce((_, value) => value, { store: 'kept', value: avro.bare(avro.string()) });
const windowed =
  (size: string): Keep =>
  (builder) =>
    grouped(builder)
      .windowedBy(tumbling(size as '1m'))
      .reduce((_, value) => value, { ...kept, retention: '1h' });
const sessioned =
  (gap: string): Keep =>
  (builder) =>
    grouped(builder)
      .windowedBy(sessions(gap as '1m'))
      .aggregate(() => '', (_, value) => value, join, { ...kept, retention: '1h' }); // prettier-ignore
const versioned: Keep = (builder) => builder.table('in', { ...text, store: 'kept', historyRetention: '1h' });

describe.each<[name: string, was: Keep, is: Keep, told: string]>([
  ['windows of another size', windowed('1m'), windowed('5m'), 'had windows of 60000 ms, and has windows of 300000 ms'],
  ['another session gap', sessioned('1m'), sessioned('5m'), 'had a session gap of 60000 ms, and has one of 300000 ms'],
  ['sessions for windows', windowed('1m'), sessioned('1m'), 'was of kind window, and is of kind session'],
  ['the latest values for windows', windowed('1m'), latest, 'was of kind window, and is of kind keyValue'],
  ['versions for the latest values of a schema', latestAvro, versioned, 'was of kind keyValue, and is of kind versioned'],
  ['values without a schema for those of one', latestAvro, latest, 'held values of a schema, and has values without one'],
  ['windows for the latest values', latest, windowed('1m'), 'was of a kind that forgets nothing (its changelog has cleanup.policy compact), and is of kind window'],
])('with %s', (_, was, is, told) => {
  const refusal = { code: 'STATE_SHAPE_CHANGED', message: `store "kept" ${told}` };
  const put = async (keep: Keep, options = {}): Promise<number> =>
    restarts.run(
      built(keep),
      async () => {
        await restarts.cluster.produce('in', [['a', 'x', 1_000]]);
        return (await restarts.cluster.readUntil(CHANGELOG, (records) => records.length > 0)).length;
      },
      options,
    );

  it('an application starts neither on the state nor on the changelog, but empty if it is told to', async () => {
    await put(was);
    await expect(restarts.run(built(is), () => undefined)).rejects.toMatchObject(refusal);
    await restarts.loseDisk();
    await expect(restarts.run(built(is), () => undefined)).rejects.toMatchObject(refusal);
    expect(await put(is, { onStateMismatch: 'rebuild' })).toBe(1);
    await restarts.run(built(is), () => undefined); // it is the shape from now on
    await expect(restarts.run(built(was), () => undefined)).rejects.toMatchObject({ code: 'STATE_SHAPE_CHANGED' });
  }, TIMEOUT_MS); // prettier-ignore
}); // prettier-ignore

it('state is not discarded while another instance runs', async () => {
  await restarts.run(built(windowed('1m')), async () => {
    const other = { instanceId: 'b', onStateMismatch: 'rebuild', stateDirectory: undefined } as const;
    const starting = restarts.run(built(windowed('5m')), () => undefined, other);
    await expect(starting).rejects.toMatchObject({ code: 'STATE_IN_USE' });
  });
}, TIMEOUT_MS); // prettier-ignore

it('a retention may change: the rows are laid out anew', async () => {
  const keeping = (retention: '1h' | '2h'): BuiltTopology =>
    built((builder) => grouped(builder).windowedBy(tumbling('1m')).reduce((_, value) => value, { ...kept, retention }));
  await restarts.run(keeping('1h'), () => restarts.cluster.produce('in', [['a', 'x', 1_000]]));
  await restarts.run(keeping('2h'), () => undefined);
  await restarts.run(keeping('1h'), () => undefined);
}, TIMEOUT_MS); // prettier-ignore

it('state without a changelog is refused where it lies, but discarded if it is told to', async () => {
  const keeping = (size: '1m' | '5m'): BuiltTopology =>
    built((builder) =>
      grouped(builder)
        .windowedBy(tumbling(size))
        .reduce((_, value) => value, { ...kept, retention: '1h', logging: false, caching: false }),
    );
  const stop = () => undefined;
  await restarts.run(keeping('1m'), stop);
  const message = 'The store "kept" had windows of 60000 ms, and has windows of 300000 ms';
  await expect(restarts.run(keeping('5m'), stop)).rejects.toMatchObject({ code: 'STORE_LAYOUT_CHANGED', message });
  await restarts.run(keeping('5m'), stop, { onStateMismatch: 'rebuild' });
  await restarts.run(keeping('5m'), stop);
}, TIMEOUT_MS); // prettier-ignore
