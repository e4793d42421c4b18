import { expect, it } from '@jest/globals';
import { NO_HEADERS } from '../../../../src/util/headers.js';
import { seededRandom } from '../../../../src/util/random.js';
import { systemClock, type Clock } from '../../../../src/util/time.js';
import { RefusingTransport } from '../../../support/broker/refusing-transport.js';
import { EmbeddedCluster } from '../../../support/embedded-cluster.js';

/** Timers fire a little early, as Node's may, and time goes on between two looks at it. */
function impatientClock(): Clock {
  let looks = 0;
  return {
    ...systemClock,
    monotonicMs: () => systemClock.monotonicMs() + 0.5 * looks++,
    schedule: (delayMs, callback, options) => systemClock.schedule(delayMs - 2, callback, options),
  };
}

it('sends a refused batch again although its timer fires early', async () => {
  const cluster = await EmbeddedCluster.open({ out: 1 });
  const refusing = cluster.client(
    (transport) => new RefusingTransport(transport, seededRandom(1), 0.4),
    impatientClock(),
  );
  const writer = refusing.writer({ maxBatchBytes: 100 });
  await writer.init();
  for (let i = 0; i < 12; i++) writer.send('out', 0, null, Buffer.from(`v${i}`), i, NO_HEADERS);
  await writer.flush();
  expect((await cluster.read('out')).map(({ timestamp }) => timestamp)).toEqual(
    Array.from({ length: 12 }, (_, i) => i),
  );
  await cluster.close();
}, 20_000);
