import { expect, it } from '@jest/globals';
import { StreamsBuilder } from '../../../../src/dsl/streams-builder.js';
import { string } from '../../../../src/serde/primitives.js';
import { TopologyTestDriver } from '../../../../src/testing/index.js';

const text = { key: string(), value: string() };

it('sends a record of nulls whose call fails for good to the dead letters, as it came', async () => {
  const builder = new StreamsBuilder();
  const failing = (): Promise<string> => Promise.reject(new Error('down'));
  builder
    .stream('in', text)
    .mapAsync(failing, { retry: { attempts: 1 } })
    .to('out', { value: string() });
  const errorPolicies = { processing: () => ({ deadLetter: 'dead' }) } as const;
  const driver = await TopologyTestDriver.start(builder.build(), { errorPolicies });
  await driver.createInputTopic('in', text).pipe(null, null);
  await driver.completeAsync();
  expect(driver.createOutputTopic('dead', text).readKeyValues()).toEqual([[null, null]]);
});
