import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createBrokerClient } from '../broker/client/broker-client.js';
import type { BrokerClient } from '../broker/client/client.js';
import type { KafkaTransportOptions } from '../broker/kafka/kafka-transport.js';
import type { SaslOptions } from '../broker/kafka/kafkajs-internals.js';
import type { Logger } from '../observability/log.js';
import type { Metrics } from '../observability/metrics.js';
import type { Random } from '../util/random.js';
import { invalid, messageOf, type MillraceError } from '../util/errors.js';
import type { Clock } from '../util/time.js';
import { optionName, type Config, type SettingName } from './config.js';
import { SETTINGS } from './settings.js';

/** What every part of a process is given. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** The broker of a process: Kafka, or the embedded log. */
export interface Broker {
  readonly embedded: boolean;
  /** A client of its own, closed with the broker. */
  client(clientId: string): BrokerClient;
  close(): Promise<void>;
}

/** Opens what the configuration names: Kafka if it has brokers, else the log in `STATE_DIR/log`. */
export async function openBroker(config: Config, surroundings: Surroundings): Promise<Broker> {
  const { clock, random } = surroundings;
  const clients: BrokerClient[] = [];
  const tracked = (client: BrokerClient): BrokerClient => {
    clients.push(client);
    return client;
  };
  const closeClients = async (): Promise<void> => {
    for (const client of clients) await client.close();
  };
  if (config.brokers) {
    const { createKafkaTransport } = await import('../broker/kafka/kafka-transport.js');
    const { brokers } = config;
    const security = kafkaSecurity(config);
    return {
      embedded: false,
      client(clientId) {
        const transport = createKafkaTransport({ brokers, clientId, ...security, ...surroundings });
        return tracked(createBrokerClient({ transport, clientId, ...surroundings }));
      },
      close: closeClients,
    };
  }
  const { openEmbeddedBroker } = await import('../broker/embedded/embedded-broker.js');
  const broker = await openEmbeddedBroker({ directory: join(config.stateDir, 'log'), clock, random });
  return {
    embedded: true,
    client: (clientId) => tracked(createBrokerClient({ transport: broker.transport(), clientId, ...surroundings })),
    async close() {
      await closeClients();
      await broker.close();
    },
  };
}

/** TLS and SASL as the configuration asks; nothing when it asks for none. */
function kafkaSecurity(config: Config): Pick<KafkaTransportOptions, 'ssl' | 'sasl'> {
  const { ssl, sslCa, sslCert, sslKey } = config;
  const tls = ssl === 'true' || (sslCa ?? sslCert ?? sslKey) !== undefined;
  const sasl = saslOf(config);
  return {
    ...(tls && { ssl: { ca: read('sslCa', sslCa), cert: read('sslCert', sslCert), key: read('sslKey', sslKey) } }),
    ...(sasl && { sasl }),
  };
}

function saslOf({ saslMechanism, saslUsername, saslPassword, saslTokenFile }: Config): SaslOptions | undefined {
  if (saslMechanism === undefined) return undefined;
  if (saslMechanism !== 'oauthbearer')
    return {
      mechanism: saslMechanism,
      username: required('saslUsername', saslUsername),
      password: required('saslPassword', saslPassword),
    };
  const file = required('saslTokenFile', saslTokenFile);
  return {
    mechanism: saslMechanism,
    token: async () => {
      try {
        return (await readFile(file, 'utf8')).trim();
      } catch (error) {
        throw unreadable('saslTokenFile', file, error);
      }
    },
  };
}

function required(name: 'saslUsername' | 'saslPassword' | 'saslTokenFile', value: string | undefined): string {
  if (value !== undefined) return value;
  const mechanism = optionName(SETTINGS.saslMechanism);
  throw invalid('INVALID_CONFIGURATION', `${mechanism} is set and ${optionName(SETTINGS[name])} is not`, {
    hint: 'Set it too, or leave out the mechanism.',
  });
}

function read(name: 'sslCa' | 'sslCert' | 'sslKey', path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(name, path, error);
  }
}

function unreadable(name: SettingName, path: string, cause: unknown): MillraceError {
  const message = `${optionName(SETTINGS[name])} is "${path}": ${messageOf(cause)}`;
  return invalid('INVALID_CONFIGURATION', message, { cause });
}
