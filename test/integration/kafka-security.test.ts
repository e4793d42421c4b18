import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Transport } from '../../src/broker/client/transport.js';
import { createKafkaTransport, type KafkaTransportOptions } from '../../src/broker/kafka/kafka-transport.js';
import { silentLogger } from '../../src/observability/log.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { CertificateAuthority } from '../support/kafka/certificates.js';
import {
  LOGIN_LIFETIME_MS,
  PASSWORD,
  SecuredKafka,
  unsecuredToken,
  type SecuredListener,
} from '../support/kafka/secured-kafka.js';

describe('the Kafka transport on secured listeners', () => {
  let kafka: SecuredKafka;
  let ca: string;
  const opened: Transport[] = [];

  beforeAll(async () => {
    kafka = await SecuredKafka.start();
    ca = kafka.authority.pem;
  });
  afterAll(async () => {
    for (const transport of opened) await transport.close();
    await kafka.stop();
  });

  function transport(listener: SecuredListener, options: Partial<KafkaTransportOptions>): Transport {
    const created = createKafkaTransport({
      brokers: [kafka.addressOf(listener)],
      clientId: 'secure',
      clock: systemClock,
      random: systemRandom,
      log: silentLogger,
      ...options,
    });
    opened.push(created);
    return created;
  }

  /** Bootstraps, then asks the node that the listener advertises. */
  async function askNode(secure: Transport): Promise<string | null> {
    await secure.connect();
    const { controllerId } = await secure.request('any', 'admin', 'Metadata', { topics: [] });
    const { clusterId } = await secure.request(controllerId, 'heartbeat', 'Metadata', { topics: [] });
    return clusterId;
  }

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'logs in by %s, with and without TLS',
    async (mechanism) => {
      const sasl = { mechanism, username: 'alice', password: PASSWORD };
      expect(await askNode(transport('SASL_PLAINTEXT', { sasl }))).toEqual(expect.any(String));
      expect(await askNode(transport('SASL_SSL', { sasl, ssl: { ca } }))).toEqual(expect.any(String));
    },
  );

  it('logs in by a bearer token, asked for at each login', async () => {
    const tokens: string[] = [];
    const token = (): Promise<string> => {
      tokens.push(unsecuredToken('alice', systemClock.nowMs()));
      return Promise.resolve(tokens.at(-1) ?? '');
    };
    const sasl = { mechanism: 'oauthbearer', token } as const;
    expect(await askNode(transport('SASL_SSL', { sasl, ssl: { ca } }))).toEqual(expect.any(String));
    expect(tokens).toHaveLength(2); // bootstrap server and node
  });

  it('shows a client certificate where the broker wants one', async () => {
    const { cert, key } = kafka.authority.sign({ name: 'alice' });
    expect(await askNode(transport('MUTUAL', { ssl: { ca, cert, key } }))).toEqual(expect.any(String));
    await expect(transport('MUTUAL', { ssl: { ca } }).connect()).rejects.toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      hint: expect.stringContaining('KAFKA_SSL_CERT'),
    });
  });

  it('says how a certificate is wrong, and what mends it', async () => {
    expect(await askNode(transport('SSL', { ssl: { ca } }))).toEqual(expect.any(String));
    const folder = mkdtempSync(join(tmpdir(), 'millrace-ca-'));
    const other = new CertificateAuthority(folder, 'other').pem;
    rmSync(folder, { recursive: true });
    const cases = [
      ['SSL', true, /self-signed|local issuer/, /KAFKA_SSL_CA/],
      ['SSL', { ca: other }, /self-signed|local issuer|signature/, /KAFKA_SSL_CA/],
      ['EXPIRED', { ca }, /expired/, /Renew/],
      ['ELSEWHERE', { ca }, /altnames/, /advertised.listeners/],
    ] as const;
    for (const [listener, ssl, message, hint] of cases) {
      await expect(transport(listener, { ssl }).connect()).rejects.toMatchObject({
        code: 'BROKER_CERTIFICATE_REFUSED',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      });
    }
  });

  it('names a refused login as such, and does not try it at every address', async () => {
    const sasl = { mechanism: 'scram-sha-256', username: 'alice', password: 'wrong' } as const;
    await expect(transport('SASL_PLAINTEXT', { sasl }).connect()).rejects.toMatchObject({
      code: 'BROKER_LOGIN_REFUSED',
      kind: 'invalid',
    });
  });

  it('cannot connect with TLS to a listener without, nor the other way round', async () => {
    const unavailable = { code: 'BROKER_UNAVAILABLE' };
    await expect(transport('SASL_PLAINTEXT', { ssl: { ca } }).connect()).rejects.toMatchObject(unavailable);
    const connectTimeoutMs = 1_000;
    await expect(transport('SSL', { connectTimeoutMs }).connect()).rejects.toMatchObject(unavailable);
  });

  it('logs in again when the login ends, in the middle of the requests', async () => {
    const sasl = { mechanism: 'plain', username: 'alice', password: PASSWORD } as const;
    const secure = transport('SASL_PLAINTEXT', { sasl });
    await secure.connect();
    const until = systemClock.monotonicMs() + LOGIN_LIFETIME_MS + 2_000;
    while (systemClock.monotonicMs() < until) {
      const asked = Array.from({ length: 5 }, () => secure.request('any', 'admin', 'Metadata', { topics: [] }));
      expect(await Promise.all(asked)).toHaveLength(5);
      await systemClock.sleep(500);
    }
  });
});
