import { expect, it } from '@jest/globals';
import { BrokerUnavailableError } from '../../../../src/broker/client/errors.js';
import { NO_HEADERS } from '../../../../src/util/headers.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { TamperingTransport } from '../../../support/broker/tampering-transport.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';

/** What it takes until a batch that nobody acknowledges is given up. */
const DELIVERY_TIMEOUT_MS = 120_000;

it('doubles nothing that waits for its acknowledgement when another partition is given up', async () => {
  const cluster = await EmbeddedCluster.open({ lost: 1, kept: 1 });
  const clock = new ManualClock(0);
  let silent = true;
  const deaf = cluster.client(
    (transport) =>
      new TamperingTransport(
        transport,
        'Produce',
        ({ partitions }) => {
          if (!silent || partitions.every(({ topic }) => topic === 'kept')) return undefined;
          throw new BrokerUnavailableError('the connection broke before the request');
        },
        (answer) => {
          if (!silent) return answer;
          throw new BrokerUnavailableError('the connection broke before the answer');
        },
      ),
    clock,
  );
  const writer = deaf.writer({});
  await writer.init();
  writer.send('lost', 0, null, Buffer.from('lost'), 1, NO_HEADERS);
  await clock.advance(50);
  await clock.advance(DELIVERY_TIMEOUT_MS - 20_000);
  writer.send('kept', 0, null, Buffer.from('kept'), 2, NO_HEADERS);
  await clock.advance(30_000);
  silent = false;
  await clock.advance(1_000);
  await expect(writer.flush()).rejects.toThrow('could not be sent in time');
  await writer.flush();
  expect((await cluster.read('kept')).map(({ value }) => value)).toEqual(['kept']);
  await cluster.close();
});
