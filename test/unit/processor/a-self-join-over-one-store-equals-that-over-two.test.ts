import { expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import { within } from '../../../src/processor/window/join-windows.js';
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.js';
import { text } from './run.js';

async function pairs(optimization: 'all' | 'none') {
  const builder = new StreamsBuilder();
  const stream = builder.stream('in', text);
  stream.join(stream, (left, right) => left + right, within(5, { before: 2, grace: 5 }), text).to('out', text);
  const topology = builder.build({ optimization });
  await using driver = await TopologyTestDriver.start(topology);
  const input = driver.createInputTopic('in', text);
  const times = [10, 12, 11, 10, 17, 14, 30, 12, 25];
  for (const [i, timestamp] of times.entries()) await input.pipe('k', String.fromCharCode(97 + i), { timestamp });
  const results = driver.createOutputTopic('out', text).readAll();
  return { stores: driver.storeNames().length, results: results.map(({ value, timestamp }) => [value, timestamp]) };
}

it('a stream that is joined with itself is kept once, with the same results in the same order', async () => {
  const [one, two] = [await pairs('all'), await pairs('none')];
  expect([one.stores, two.stores]).toEqual([1, 2]);
  expect(one.results).toEqual(two.results);
});
