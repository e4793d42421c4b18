import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrokerClient } from '../../src/broker/client/broker-client.js';
import type { BrokerClient } from '../../src/broker/client/client.js';
import { createKafkaTransport } from '../../src/broker/kafka/kafka-transport.js';
import { silentLogger as log } from '../../src/observability/log.js';
import { noMetrics as metrics } from '../../src/observability/metrics.js';
import { createLogger } from '../../src/observability/pino-logger.js';
import type { StreamsApplication } from '../../src/runtime/application.js';
import { StreamsBuilder } from '../../src/dsl/streams-builder.js';
import { string } from '../../src/serde/primitives.js';
import { systemRandom as random } from '../../src/util/random.js';
import { systemClock as clock } from '../../src/util/time.js';
import { kafkaTransport } from '../support/broker/kafka-under-test.js';
import { PASSWORD, SecuredKafka } from '../support/kafka/secured-kafka.js';
import { testApplication } from '../support/running-application.js';
import { TestCluster } from '../support/test-cluster.js';

const ID = 'allowed';
/** What docs/security.md lists for an application `allowed` that reads `acl-in` and writes `acl-out`, each under a name. */
const ACLS = {
  input: [['Read'], ['--topic', 'acl-in']],
  output: [
    ['Write', 'DescribeConfigs'],
    ['--topic', 'acl-out'],
  ],
  internal: [
    ['Create', 'Read', 'Write', 'DescribeConfigs', 'Delete'],
    ['--topic', `${ID}-`, '--resource-pattern-type', 'prefixed'],
  ],
  group: [['Read'], ['--group', ID]],
  transactions: [
    ['Write', 'Describe'],
    ['--transactional-id', `${ID}-`, '--resource-pattern-type', 'prefixed'],
  ],
} as const;
type Acl = keyof typeof ACLS;

/** What is said when one of them is missing. */
const DENIALS: Readonly<Record<Acl, RegExp>> = {
  input: /operation (Read|Describe) on topic "acl-in" is not allowed/,
  output: /operation (Write|Describe) on topic "acl-out" is not allowed/,
  internal: /operation (Create|Describe) on topic "allowed-.*" is not allowed/,
  group: /operation (Read|Describe) on group "allowed" is not allowed/,
  transactions: /operation (Write|Describe) on transactional id "allowed-.*" is not allowed/,
};

describe('an application on a Kafka with ACLs', () => {
  let kafka: SecuredKafka;
  let cluster: TestCluster;
  let application: StreamsApplication | undefined;
  const clients: BrokerClient[] = [];

  beforeAll(async () => {
    const without = Object.keys(ACLS).map((acl) => `without_${acl}`);
    kafka = await SecuredKafka.start(without);
    for (const [acl, [operations, resource]] of Object.entries(ACLS))
      await kafka.allow(['alice', ...without.filter((user) => user !== `without_${acl}`)], operations, resource);
    cluster = new TestCluster(() => kafkaTransport(kafka.kafka.brokers));
    await cluster.createTopics({ 'acl-in': 2, 'acl-out': 2 });
  });
  afterEach(async () => {
    await application?.close({ timeoutMs: 5_000, leaveGroup: true });
    for (const client of clients.splice(0)) await client.close();
  });
  afterAll(async () => {
    await cluster.close();
    await kafka.stop();
  });

  function start(username: string, logger = log): StreamsApplication {
    const sasl = { mechanism: 'plain', username, password: PASSWORD } as const;
    const brokers = [kafka.addressOf('SASL_SSL')];
    const security = { sasl, ssl: { ca: kafka.authority.pem } };
    const transport = createKafkaTransport({ brokers, clientId: username, ...security, clock, random, log: logger });
    const client = createBrokerClient({ transport, clientId: username, clock, random, log: logger, metrics });
    clients.push(client);
    const builder = new StreamsBuilder();
    const texts = { key: string(), value: string() };
    builder
      .stream('acl-in', texts)
      .groupBy((word) => word, { key: string() })
      .count({ store: 'counts' })
      .toStream()
      .mapValues(String)
      .to('acl-out', texts);
    application = testApplication({ applicationId: ID, topology: builder.build(), client, log: logger });
    return application;
  }

  it('needs no more than is documented, and logs no password at any level', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => lines.push(line) };
    const running = start('alice', createLogger({ level: 'trace', destination }));
    await running.start();
    await cluster.produce('acl-in', [['k', 'word']]);
    const found = await cluster.readUntil('acl-out', (records) => records.length > 0);
    expect(found.map(({ key, value }) => [key, value])).toEqual([['word', '1']]);
    expect(lines.length).toBeGreaterThan(10);
    const secrets = [PASSWORD, Buffer.from(PASSWORD).toString('base64'), Buffer.from(PASSWORD).toString('hex')];
    expect(lines.filter((line) => secrets.some((secret) => line.includes(secret)))).toEqual([]);
  });

  it.each(Object.keys(ACLS) as Acl[])(
    'names what it may not use, and the remedy: without "%s"',
    async (acl) => {
      const running = start(`without_${acl}`);
      const failed = Promise.resolve(running.start()).then(() => running.waitUntilRunning());
      await cluster.produce('acl-in', [['k', acl]]);
      const ended = new Promise<Error>((resolve) => {
        running.onStateChange((state) => {
          if (state === 'ERROR' && running.error) resolve(running.error);
        });
      });
      const error = await Promise.race([
        ended,
        failed.then(
          () => ended,
          (reason: unknown) => reason as Error,
        ),
      ]);
      expect(error).toMatchObject({ message: expect.stringMatching(DENIALS[acl]) });
      const said = [error, error.cause].map((one) => (one as { hint?: string } | undefined)?.hint ?? '').join(' ');
      expect(said).toMatch(/kafka-acls --add .* docs\/security\.md/);
    },
    120_000,
  );
});
