import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { systemClock } from '../../../src/util/time.js';
import { EmbeddedCluster } from '../../support/embedded-cluster.js';
import { testApplication } from '../../support/running-application.js';
import { Forward, pipeTopology } from '../../support/small-topologies.js';

/** More than LevelDB writes into one file: it has to begin another one. */
const VALUE = 'x'.repeat(900_000);
const VALUES = 6;

it.each(['exactly_once', 'at_least_once'] as const)('says why and does not try for ever, %s', async (guarantee) => {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-log-'));
  const cluster = await EmbeddedCluster.open({ in: 1, out: 1 }, systemClock, directory);
  const streams = testApplication({
    topology: pipeTopology(() => new Forward()),
    client: cluster.client(),
    processingGuarantee: guarantee,
  });
  const stopped = new Promise((resolve) => {
    streams.onStateChange((state) => {
      if (state === 'ERROR') resolve(streams.error);
    });
  });
  await streams.start();
  await streams.waitUntilRunning();
  await rm(directory, { recursive: true });
  const fed = cluster.produce('in', Array(VALUES).fill(['k', VALUE])).catch((error: unknown) => error);
  expect(await stopped).toMatchObject({ code: 'LOG_WRITE_FAILED', hint: expect.stringContaining('room') });
  await fed;
  await streams.close();
  await cluster.close();
});
