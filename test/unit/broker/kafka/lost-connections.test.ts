import { afterEach, describe, expect, it } from '@jest/globals';
import type { Transport } from '../../../../src/broker/client/transport.js';
import { createKafkaTransport } from '../../../../src/broker/kafka/kafka-transport.js';
import { silentLogger } from '../../../../src/observability/log.js';
import { seededRandom } from '../../../../src/util/random.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { FakeBroker, heartbeatAnswer, metadataAnswer, type Answer } from './fake-broker.js';

const METADATA = 3;
const nobody = '127.0.0.1:1';
const member = { groupId: 'g', memberId: 'm', groupInstanceId: null };
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function listen(answer: Answer, port?: number): Promise<FakeBroker> {
  const broker = await FakeBroker.listen(answer, port);
  opened.unshift(broker);
  return broker;
}

function transportTo(brokers: readonly string[], clock = new ManualClock()): Transport {
  const options = { requestTimeoutMs: 30_000, connectTimeoutMs: 5_000 };
  const random = seededRandom(1);
  const transport = createKafkaTransport({ brokers, clientId: 'test', clock, random, log: silentLogger, ...options });
  opened.unshift(transport);
  return transport;
}

/** A broker that answers heartbeats with their generation as error code, and a transport to it. */
async function connected(answer: Answer = ({ body }) => heartbeatAnswer(body.readInt32BE(2))) {
  const broker = await listen(answer);
  const clock = new ManualClock();
  const transport = transportTo([broker.address], clock);
  await transport.connect();
  const beat = (generationId: number, timeoutMs?: number) =>
    transport.request('any', 'heartbeat', 'Heartbeat', { ...member, generationId }, { timeoutMs });
  return { broker, clock, transport, beat };
}

/** A port where nobody listens, and which is free to listen on. */
async function closedBroker(): Promise<{ port: number }> {
  const broker = await FakeBroker.listen(() => undefined);
  const { port } = broker;
  await broker.close();
  return { port };
}

/** Lets real I/O happen until it is so. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

describe('requests on one connection', () => {
  it('are sent and answered in the order of the calls, also those made before it was open', async () => {
    const { broker, beat } = await connected();
    const answers = await Promise.all([1, 2, 3, 4, 5].map((generation) => beat(generation)));
    expect(answers.map(({ errorCode }) => errorCode)).toEqual([1, 2, 3, 4, 5]);
    expect(broker.connections).toBe(2);
  });

  it('take their bytes at the call', async () => {
    const { broker, transport } = await connected(() => undefined);
    const records = Buffer.from('before');
    const message = {
      transactionalId: null,
      acks: 0,
      timeoutMs: 1,
      partitions: [{ topic: 't', partition: 0, records }],
    };
    const sent = transport.request('any', 'produce', 'Produce', { ...message, acks: 0 });
    records.write('after!');
    await sent;
    await until(() => broker.received.length === 1);
    expect(broker.received[0]?.body.includes('before')).toBe(true);
  });
});

describe('a request without an answer', () => {
  it('is given up in time, with all that waits behind it; the next opens a new connection', async () => {
    const { broker, clock, beat } = await connected(({ connection, body }) =>
      connection === 2 ? undefined : heartbeatAnswer(body.readInt32BE(2)),
    );
    const first = expect(beat(1, 1_000)).rejects.toThrow(
      'Heartbeat was not answered by any bootstrap server within 1000 ms',
    );
    const second = expect(beat(2)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    await until(() => broker.received.length === 2);
    await clock.advance(1_000);
    await Promise.all([first, second]);
    expect(await beat(7)).toEqual({ errorCode: 7 });
    expect(broker.connections).toBe(3);
  });

  it('fails when the connection is lost, and the next opens a new one', async () => {
    const { broker, beat } = await connected(({ connection }) => (connection === 2 ? undefined : heartbeatAnswer(0)));
    const lost = expect(beat(1)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE', kind: 'unavailable' });
    await until(() => broker.received.length === 1);
    broker.disconnectAll();
    await lost;
    expect(await beat(2)).toEqual({ errorCode: 0 });
  });

  it('fails when the transport is closed, and so does every later one', async () => {
    const { broker, transport, beat } = await connected(() => undefined);
    const closed = expect(beat(1)).rejects.toThrow('The transport is closed');
    await until(() => broker.received.length === 1);
    await transport.close();
    await closed;
    await expect(beat(2)).rejects.toThrow('The transport is closed');
  });

  it('fails alone when its answer cannot be read', async () => {
    const { beat } = await connected(({ body }) => {
      const answer = heartbeatAnswer(0);
      return body.readInt32BE(2) === 1 ? answer.subarray(0, 5) : answer;
    });
    const cut = expect(beat(1)).rejects.toMatchObject({ code: 'RESPONSE_TOO_SHORT', kind: 'internal' });
    expect(await beat(2)).toEqual({ errorCode: 0 });
    await cut;
  });
});

describe('connecting', () => {
  it('tries the bootstrap servers one after the other', async () => {
    const there = await listen(() => undefined);
    await transportTo([nobody, there.address]).connect();
    expect(there.connections).toBe(1);
  });

  it('fails with the address when nobody is there', async () => {
    await expect(transportTo([nobody]).connect()).rejects.toThrow(`Cannot connect to any bootstrap server (${nobody})`);
  });

  it('is tried again only after a pause', async () => {
    const { port } = await closedBroker();
    const clock = new ManualClock();
    const transport = transportTo([`127.0.0.1:${port}`], clock);
    await expect(transport.connect()).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    const broker = await listen(() => undefined, port);
    const again = transport.connect();
    await clock.advance(30);
    expect(broker.connections).toBe(0);
    await clock.advance(40);
    await again;
  });

  it('gives up on a broker that accepts and stays silent', async () => {
    const broker = await listen(() => undefined);
    broker.greets = false;
    const clock = new ManualClock();
    const silent = expect(transportTo([broker.address], clock).connect()).rejects.toThrow(
      'did not answer within 5000 ms',
    );
    await until(() => broker.connections === 1);
    await clock.advance(5_000);
    await silent;
  });

  it('refuses a broker from before Kafka 3.0', async () => {
    const broker = await listen(() => undefined);
    broker.maxVersion = 8;
    await expect(transportTo([broker.address]).connect()).rejects.toMatchObject({ code: 'BROKER_API_MISSING' });
  });

  it('to a broker with other versions than the first one fails the request, not the transport', async () => {
    const { broker, beat } = await connected(() => undefined);
    broker.maxVersion = 3;
    await expect(beat(1)).rejects.toThrow('takes Heartbeat in versions 0 to 3, not 4');
    broker.maxVersion = 99;
    expect(broker.received).toEqual([]);
  });
});

describe('a node', () => {
  it('is unavailable until an answer has named it', async () => {
    const { transport } = await connected();
    const asked = transport.request(5, 'heartbeat', 'Heartbeat', { ...member, generationId: 1 });
    await expect(asked).rejects.toThrow('no address of broker 5 is known');
  });

  it('is asked at its new address once it has moved', async () => {
    const newHome = await listen(() => heartbeatAnswer(2));
    let port = 0;
    const { broker, transport } = await connected(({ apiKey }) =>
      apiKey === METADATA ? metadataAnswer(5, port) : heartbeatAnswer(1),
    );
    const beat = () => transport.request(5, 'heartbeat', 'Heartbeat', { ...member, generationId: 1 });
    port = broker.port;
    await transport.request('any', 'admin', 'Metadata', { topics: [] });
    expect(await beat()).toEqual({ errorCode: 1 });
    port = newHome.port;
    await transport.request('any', 'admin', 'Metadata', { topics: [] });
    expect(await beat()).toEqual({ errorCode: 2 });
  });
});
