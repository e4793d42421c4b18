import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bytes, StreamsBuilder, type StateStore } from 'millrace';
import { TopologyTestDriver, type InputTopic } from 'millrace/testing';
import topology from './topology.js';

const START = Date.parse('2024-05-11T10:00:00Z');
const view = { user_id: 'u', page_id: 'p', postcode: '10000', webpage: 'https://shop.example/p', timestamp: START };

let driver: TopologyTestDriver;
let lines: InputTopic<Buffer, Buffer>;

beforeEach(async () => {
  const builder = new StreamsBuilder();
  topology.build(builder);
  driver = await TopologyTestDriver.start(builder.build(), { errorPolicies: topology.config?.errorPolicies });
  lines = driver.createInputTopic('page-views', { key: bytes(), value: bytes() });
});
afterEach(() => driver.close());

const send = (more: object = {}): Promise<void> => lines.pipe(null, Buffer.from(JSON.stringify({ ...view, ...more })));
const ask = (page_id: string): unknown =>
  topology.queries?.[0]?.answer({ page_id }, { store: <S extends StateStore>(name: string) => driver.store<S>(name) });

describe('page views', () => {
  it('are counted per page and minute', async () => {
    await send();
    await send({ timestamp: START + 59_999 });
    await send({ timestamp: START + 60_000 });
    await send({ page_id: 'other' });
    const minutes = [
      { minute: START, views: 2 },
      { minute: START + 60_000, views: 1 },
    ];
    expect(await ask('p')).toEqual({ page_id: 'p', minutes });
    expect(await ask('nobody')).toBeUndefined();
  });

  it.each([{ page_id: '' }, { user_id: 7 }, { postcode: null }, { webpage: [] }, { timestamp: 'now' }])(
    'that are malformed are skipped: %j',
    async (wrong) => {
      await send(wrong);
      await send();
      expect(await ask('p')).toMatchObject({ minutes: [{ views: 1 }] });
    },
  );
});
