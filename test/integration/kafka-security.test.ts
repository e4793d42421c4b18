import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Transport } from '../../src/broker/client/transport.js';
import { createKafkaTransport, type KafkaTransportOptions } from '../../src/broker/kafka/kafka-transport.js';
import { silentLogger } from '../../src/observability/log.js';
import { systemRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';
import { freePorts } from '../support/kafka/free-ports.js';
import { startKafka, type KafkaCluster } from '../support/kafka/kafka-cluster.js';

const PASSWORD = 'alice-secret';
/** kafkajs logs in again 10 s before a login ends, so this one is due after a second. */
const LOGIN_LIFETIME_MS = 11_000;

describe('the Kafka transport on secured listeners', () => {
  let folder: string;
  let ca: string;
  let kafka: KafkaCluster;
  let ports: { SASL_PLAINTEXT: number; SSL: number; SASL_SSL: number };
  const opened: Transport[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
    const keystore = join(folder, 'keystore.p12');
    ca = makeCertificate(keystore);
    const [sasl, ssl, saslSsl] = await freePorts(3);
    ports = { SASL_PLAINTEXT: sasl!, SSL: ssl!, SASL_SSL: saslSsl! };
    const listeners = Object.entries(ports).map(([name, port]) => ({ name, port }));
    kafka = await startKafka({ listeners: () => listeners, properties: securityProperties(keystore) });
    const scram = ['--alter', '--entity-type', 'users', '--entity-name', 'alice', '--add-config'];
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
      const config = `${mechanism}=[password=${PASSWORD}]`;
      await kafka.tool('kafka.admin.ConfigCommand', ['--bootstrap-server', kafka.brokers[0]!, ...scram, config]);
    }
  });
  afterAll(async () => {
    for (const transport of opened) await transport.close();
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function makeCertificate(keystore: string): string {
    const store = ['-alias', 'broker', '-keystore', keystore, '-storepass', 'secret1'];
    const names = ['-dname', 'CN=localhost', '-ext', 'SAN=dns:localhost,ip:127.0.0.1'];
    const quiet = { stdio: 'pipe' } as const;
    execFileSync('keytool', ['-genkeypair', ...store, '-storetype', 'PKCS12', '-keyalg', 'RSA', ...names], quiet);
    const pem = join(folder, 'ca.pem');
    execFileSync('keytool', ['-exportcert', '-rfc', ...store, '-file', pem], quiet);
    return readFileSync(pem, 'utf8');
  }

  function securityProperties(keystore: string): Record<string, string | number> {
    const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
    const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
    const properties: Record<string, string | number> = {
      'ssl.keystore.location': keystore,
      'ssl.keystore.password': 'secret1',
      'ssl.keystore.type': 'PKCS12',
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'connections.max.reauth.ms': LOGIN_LIFETIME_MS,
    };
    for (const listener of ['sasl_plaintext', 'sasl_ssl']) {
      const prefix = `listener.name.${listener}`;
      properties[`${prefix}.plain.sasl.jaas.config`] = `${plain} user_alice="${PASSWORD}";`;
      properties[`${prefix}.scram-sha-256.sasl.jaas.config`] = scram;
      properties[`${prefix}.scram-sha-512.sasl.jaas.config`] = scram;
    }
    return properties;
  }

  function transport(listener: keyof typeof ports, options: Partial<KafkaTransportOptions>): Transport {
    const created = createKafkaTransport({
      brokers: [`localhost:${ports[listener]}`],
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

  it('checks the certificate', async () => {
    expect(await askNode(transport('SSL', { ssl: { ca } }))).toEqual(expect.any(String));
    await expect(transport('SSL', { ssl: true }).connect()).rejects.toThrow(/self-signed certificate/);
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
