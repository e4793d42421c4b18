import { afterEach, describe, expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { calendar } from '../../../src/processor/window/calendar-windows.js';
import { countWindows } from '../../../src/processor/window/count-windows.js';
import {
  FetchWindowRequest,
  FetchWindowsRequest,
  GetRequest,
} from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { fromTimestamp, toTimestamp } from '../../../src/query/timestamps.js';
import { string } from '../../../src/serde/index.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import { applicationOf, ServedQueries } from '../../support/served-queries.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A topology that has read these records of key `a`, and its queries over gRPC. */
async function served(write: (builder: StreamsBuilder) => void, times: readonly string[]): Promise<ServedQueries> {
  const builder = new StreamsBuilder();
  write(builder);
  const topology = builder.build();
  const driver = await TopologyTestDriver.start(topology);
  const input = driver.createInputTopic('in', { key: string(), value: string() });
  for (const time of times) await input.pipe('a', 'v', { timestamp: Date.parse(time) });
  const queries = await ServedQueries.start(
    applicationOf(topology, (name) => [{ taskId: '0_0', store: driver.store(name) }]),
  );
  closing.push(
    () => queries.close(),
    () => driver.close(),
  );
  return queries;
}
const grouped = (builder: StreamsBuilder) => builder.stream('in', { key: string(), value: string() }).groupByKey();
const isoOf = (timestamp: ReturnType<typeof toTimestamp>): string =>
  new Date(fromTimestamp(timestamp, 0)).toISOString();

describe('windows by the calendar', () => {
  const days = calendar('day', { timeZone: 'Europe/Berlin', grace: '1h' });
  /** The day of the change to summer time, of 23 hours, and the one after it. */
  const start = () =>
    served(
      (builder) => void grouped(builder).windowedBy(days).count({ store: 'days' }),
      ['2024-03-31T12:00:00+02:00', '2024-03-31T23:59:00+02:00', '2024-04-01T12:00:00+02:00'],
    );

  it('end when their days do, be they shorter than others', async () => {
    const { client } = await start();
    const windows: string[] = [];
    for await (const message of client.fetchWindows(FetchWindowsRequest.create({ store: 'days', key: 'a' }))) {
      for (const { windowStart, windowEnd, record } of message.windows) {
        windows.push(`${isoOf(windowStart)} ${isoOf(windowEnd)} ${String(record?.value)}`);
      }
    }
    expect(windows).toEqual([
      '2024-03-30T23:00:00.000Z 2024-03-31T22:00:00.000Z 2',
      '2024-03-31T22:00:00.000Z 2024-04-01T22:00:00.000Z 1',
    ]);
  });

  it('are found one by one, by when they start', async () => {
    const queries = await start();
    const windowStart = toTimestamp(Date.parse('2024-03-31T00:00:00+01:00'));
    const request = FetchWindowRequest.toJSON(FetchWindowRequest.create({ store: 'days', key: 'a', windowStart }));
    const [answer] = await queries.json('FetchWindow', request as object);
    expect(answer).toMatchObject({ window: { windowEnd: '2024-03-31T22:00:00.000Z', record: { value: 2 } } });
  });
});

describe('count windows', () => {
  it('are got by their key: those that are not full yet', async () => {
    const counting = (builder: StreamsBuilder): void =>
      void grouped(builder).windowedBy(countWindows(2)).count({ store: 'pairs' });
    const { client } = await served(counting, ['1970-01-01T00:00:01Z', '1970-01-01T00:00:02Z', '1970-01-01T00:00:03Z']);
    const { record } = await client.get(GetRequest.create({ store: 'pairs', key: 'a' }));
    expect(record?.value).toMatchObject({
      records: 3,
      windows: [{ index: 1, count: 1, start: 3_000, latest: 3_000, value: 1 }],
    });
  });
});
