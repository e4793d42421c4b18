import { expect, it } from '@jest/globals';
import { BrokerUnavailableError } from '../../../../src/broker/client/errors.js';
import { NO_HEADERS } from '../../../../src/util/headers.js';
import { TamperingTransport } from '../../../support/broker/tampering-transport.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';
import { ManualClock } from '../../../support/manual-clock.js';

it('sends the records of a long outage in a few batches, in order', async () => {
  const cluster = await EmbeddedCluster.open({ out: 1 });
  const clock = new ManualClock(0);
  let down = true;
  let batches = 0;
  const client = cluster.client(
    (transport) =>
      new TamperingTransport(transport, 'Produce', () => {
        if (down) throw new BrokerUnavailableError('the connection was refused');
        batches++;
        return undefined;
      }),
    clock,
  );
  const writer = client.writer({});
  await writer.init();
  const values = Array.from({ length: 500 }, (_, i) => String(i));
  for (const value of values) {
    writer.send('out', 0, null, Buffer.from(value), 1, NO_HEADERS);
    await clock.advance(20);
  }
  down = false;
  await clock.advance(1_000);
  await writer.flush();
  expect((await cluster.read('out')).map(({ value }) => value)).toEqual(values);
  expect(batches).toBeLessThanOrEqual(3);
  await cluster.close();
});
