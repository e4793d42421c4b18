import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { createBrokerClient } from '../../src/broker/client/broker-client.js';
import { type EmbeddedBroker, openEmbeddedBroker } from '../../src/broker/embedded/embedded-broker.js';
import { silentLogger as log } from '../../src/observability/log.js';
import { noMetrics as metrics } from '../../src/observability/metrics.js';
import { brokerContract } from '../../src/testing/contract/broker/broker-contract.js';
import { systemRandom as random } from '../../src/util/random.js';
import { scaledClock } from '../support/scaled-clock.js';

const PATIENCE_MS = 30_000;
/** Broker and clients share it, so that session and transaction time-outs pass in a quarter of their time. */
const quick = scaledClock(4);
const kinds = [
  { name: 'in memory', durable: false, transactionVersion: 2 },
  { name: 'in memory, with the older transaction protocol', durable: false, transactionVersion: 1 },
  { name: 'on disk', durable: true, transactionVersion: 2 },
] as const;

describe.each(kinds)('the embedded broker $name keeps the contract:', ({ durable, transactionVersion }) => {
  let folder: string | undefined;
  let broker: EmbeddedBroker;
  beforeAll(async () => {
    if (durable) folder = await mkdtemp(join(tmpdir(), 'millrace-embedded-'));
    broker = await openEmbeddedBroker({ directory: folder, clock: quick, random, transactionVersion });
  });
  afterAll(async () => {
    await broker.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  brokerContract({
    test: (title, body) => {
      it(title, body, PATIENCE_MS);
    },
    clock: quick,
    run: 'contract',
    compact: (topic) => broker.compact(topic),
    client: ({ clientId, clock }) => {
      const transport = broker.transport();
      return Promise.resolve(createBrokerClient({ transport, clientId, clock, random, log, metrics }));
    },
  });
});
