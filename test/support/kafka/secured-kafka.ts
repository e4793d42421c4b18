import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateAuthority } from './certificates.js';
import { freePorts } from './free-ports.js';
import { type KafkaCluster, startKafka } from './kafka-cluster.js';

/** A login that the secured Kafka knows, by PLAIN and SCRAM: what a log must never show. */
export const PASSWORD = 'correct-horse-battery';
/** kafkajs logs in again 10 s before a login ends, so this one is due after a second. */
export const LOGIN_LIFETIME_MS = 11_000;

/** Its listeners: by security protocol, and three with TLS that want a client certificate, or have a bad one of their own. */
const LISTENERS = {
  SASL_PLAINTEXT: 'SASL_PLAINTEXT',
  SASL_SSL: 'SASL_SSL',
  SSL: 'SSL',
  MUTUAL: 'SSL',
  EXPIRED: 'SSL',
  ELSEWHERE: 'SSL',
} as const;
export type SecuredListener = keyof typeof LISTENERS;

/** A real Kafka with TLS, logins, and ACLs for everybody but who comes by its plain listener. */
export class SecuredKafka {
  private constructor(
    readonly kafka: KafkaCluster,
    readonly authority: CertificateAuthority,
    private readonly ports: Readonly<Record<string, number>>,
    private readonly folder: string,
  ) {}

  /** @param users names that log in with {@link PASSWORD} by PLAIN; `alice` is one, by SCRAM too */
  static async start(users: readonly string[] = []): Promise<SecuredKafka> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
    const authority = new CertificateAuthority(folder, 'test-authority');
    const names = Object.entries(LISTENERS);
    const free = await freePorts(names.length);
    const listeners = names.map(([name, protocol], at) => ({ name, protocol, port: free[at] ?? 0 }));
    const kafka = await startKafka({
      listeners: () => listeners,
      properties: { ...tls(authority), ...logins(['alice', ...users]), ...acls() },
    });
    const secured = new SecuredKafka(
      kafka,
      authority,
      Object.fromEntries(listeners.map(({ name, port }) => [name, port])),
      folder,
    );
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) await secured.addScramUser('alice', mechanism);
    return secured;
  }

  addressOf(listener: SecuredListener): string {
    return `localhost:${this.ports[listener] ?? 0}`;
  }

  private async addScramUser(name: string, mechanism: string): Promise<void> {
    const user = ['--alter', '--entity-type', 'users', '--entity-name', name];
    await this.tool('kafka.admin.ConfigCommand', [...user, '--add-config', `${mechanism}=[password=${PASSWORD}]`]);
  }

  /** Allows users an operation; `resource` in the notation of kafka-acls. */
  async allow(users: readonly string[], operations: readonly string[], resource: readonly string[]): Promise<void> {
    const principals = users.flatMap((user) => ['--allow-principal', `User:${user}`]);
    const allowed = operations.flatMap((operation) => ['--operation', operation]);
    await this.tool('org.apache.kafka.tools.AclCommand', ['--add', ...principals, ...allowed, ...resource]);
  }

  private async tool(className: string, args: readonly string[]): Promise<void> {
    await this.kafka.tool(className, ['--bootstrap-server', this.kafka.brokers[0] ?? '', ...args]);
  }

  async stop(): Promise<void> {
    await this.kafka.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function tls(authority: CertificateAuthority): Record<string, string> {
  const good = authority.sign({ name: 'broker' });
  const expired = authority.sign({ name: 'broker', expired: true });
  const elsewhere = authority.sign({ name: 'broker', names: 'DNS:kafka.example' });
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': good.keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': authority.file,
    'listener.name.mutual.ssl.client.auth': 'required',
    'listener.name.expired.ssl.keystore.location': expired.keystore,
    'listener.name.elsewhere.ssl.keystore.location': elsewhere.keystore,
  };
}

function logins(users: readonly string[]): Record<string, string | number> {
  const security = 'org.apache.kafka.common.security';
  const plain = users.map((user) => `user_${user}="${PASSWORD}"`).join(' ');
  const modules = {
    plain: `${security}.plain.PlainLoginModule required ${plain};`,
    'scram-sha-256': `${security}.scram.ScramLoginModule required;`,
    'scram-sha-512': `${security}.scram.ScramLoginModule required;`,
    oauthbearer: `${security}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
  };
  const properties: Record<string, string | number> = {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    'connections.max.reauth.ms': LOGIN_LIFETIME_MS,
  };
  for (const listener of ['sasl_plaintext', 'sasl_ssl'])
    for (const [mechanism, module] of Object.entries(modules))
      properties[`listener.name.${listener}.${mechanism}.sasl.jaas.config`] = module;
  return properties;
}

function acls(): Record<string, string> {
  return {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
  };
}

/** An unsigned token (RFC 7515, `alg: none`), as Kafka takes it unless it is told to check signatures. */
export function unsecuredToken(subject: string, nowMs: number): string {
  const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
  const now = Math.floor(nowMs / 1_000);
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: now - 1, exp: now + 3_600 })}.`;
}
