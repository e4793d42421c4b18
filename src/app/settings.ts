import { z } from 'zod';
import { ACCESS_SETTINGS } from './access/access-settings.js';
import { count, duration, hosts, integer, text, type Setting } from './setting.js';

export type { Setting };

const port = integer(0, 65_535);

/** Topics, groups and folders are named for it. */
const applicationId = text.regex(/^(?!\.+$)[A-Za-z0-9._-]{1,180}$/, 'expected letters, digits, ".", "_" and "-"');

const tags = text
  .regex(/^[^=,]+=[^=,]+(,[^=,]+=[^=,]+)*$/, 'expected name=value,...')
  .transform((value): Readonly<Record<string, string>> => Object.fromEntries(value.split(',').map(nameAndValue)));

/** Every setting, by its name in code. Flags win over the environment, and that over defaults. */
export const SETTINGS = {
  brokers: {
    env: 'KAFKA_BROKERS',
    flag: '--brokers <list>',
    description: 'Kafka bootstrap servers, host:port,...; none: the embedded log',
    schema: hosts.optional(),
  },
  applicationId: {
    env: 'APPLICATION_ID',
    flag: '--application-id <id>',
    description: "application id, when one topology runs; default the topology's name",
    schema: applicationId.optional(),
  },
  stateDir: {
    env: 'STATE_DIR',
    flag: '--state-dir <path>',
    description: 'folder of the state and of the embedded log',
    schema: text.default('./.millrace'),
  },
  grpcPort: {
    env: 'GRPC_PORT',
    flag: '--grpc-port <port>',
    description: 'port of the gRPC server; 0: any free one',
    schema: port.default(50_051),
  },
  httpPort: {
    env: 'HTTP_PORT',
    flag: '--http-port <port>',
    description: 'port of the HTTP server; 0: any free one',
    schema: port.default(8_080),
  },
  host: {
    env: 'HOST',
    flag: '--host <address>',
    description: 'address that the servers listen on',
    schema: text.default('127.0.0.1'),
  },
  advertisedHost: {
    env: 'ADVERTISED_HOST',
    flag: '--advertised-host <host>',
    description: 'host under which other instances reach this one; default HOST, or the name of the machine',
    schema: text.optional(),
  },
  processingGuarantee: {
    env: 'PROCESSING_GUARANTEE',
    flag: '--processing-guarantee <name>',
    description: 'exactly_once or at_least_once',
    schema: z.enum(['exactly_once', 'at_least_once']).default('exactly_once'),
  },
  commitIntervalMs: {
    env: 'COMMIT_INTERVAL_MS',
    flag: '--commit-interval-ms <ms>',
    description: 'milliseconds between commits',
    schema: count.default(100),
  },
  cacheMaxBytes: {
    env: 'CACHE_MAX_BYTES',
    flag: '--cache-max-bytes <bytes>',
    description: 'bytes of all record caches together; 0: no caching',
    schema: count.default(10_485_760),
  },
  stateMemory: {
    env: 'STATE_MEMORY',
    flag: '--state-memory <bytes>',
    description: "bytes of LevelDB's caches and write buffers together",
    schema: count.default(67_108_864),
  },
  standbys: {
    env: 'STANDBYS',
    flag: '--standbys <count>',
    description: 'copies of each stateful task that other instances keep, to take over at once',
    schema: count.default(0),
  },
  snapshots: {
    env: 'SNAPSHOT_URL',
    flag: '--snapshots <path>',
    description:
      'folder of snapshots, or s3://bucket/prefix: tasks without local state start from their newest one there',
    schema: text.optional(),
  },
  snapshotEveryMs: {
    env: 'SNAPSHOT_EVERY',
    flag: '--snapshot-every <duration>',
    description: 'takes snapshots into that folder again and again, such as every 10m; default: none are taken',
    schema: duration.optional(),
  },
  snapshotKeep: {
    env: 'SNAPSHOT_KEEP',
    flag: '--snapshot-keep <count>',
    description: 'how many of a task are kept then',
    schema: integer(1, Number.MAX_SAFE_INTEGER).default(3),
  },
  onStateMismatch: {
    env: 'ON_STATE_MISMATCH',
    flag: '--on-state-mismatch <policy>',
    description: 'refuse or rebuild: what happens to stores whose kind, window size or session gap has changed',
    schema: z.enum(['refuse', 'rebuild']).default('refuse'),
  },
  clientTags: {
    env: 'CLIENT_TAGS',
    flag: '--client-tags <list>',
    description: 'where this instance runs, such as zone=a,rack=r1: standbys are spread by them, and by host',
    schema: tags.default({}),
  },
  instanceId: {
    env: 'INSTANCE_ID',
    flag: '--instance-id <id>',
    description: 'name of this instance; default a random one kept in STATE_DIR',
    schema: text.optional(),
  },
  sessionTimeoutMs: {
    env: 'SESSION_TIMEOUT_MS',
    flag: '--session-timeout-ms <ms>',
    description: 'milliseconds after which a silent instance loses its tasks',
    schema: count.default(10_000),
  },
  transactionTimeoutMs: {
    env: 'TRANSACTION_TIMEOUT_MS',
    flag: '--transaction-timeout-ms <ms>',
    description: 'milliseconds after which the broker aborts a transaction; what one record causes has to fit',
    schema: integer(1, 2_147_483_647).default(10_000),
  },
  watchBufferBytes: {
    env: 'WATCH_BUFFER_BYTES',
    flag: '--watch-buffer-bytes <bytes>',
    description: 'bytes that wait, at most, for a client that watches a store and is slow',
    schema: integer(1, Number.MAX_SAFE_INTEGER).default(1_048_576),
  },
  watchBufferChanges: {
    env: 'WATCH_BUFFER_CHANGES',
    flag: '--watch-buffer-changes <count>',
    description: 'changes that wait, at most, for such a client',
    schema: integer(1, Number.MAX_SAFE_INTEGER).default(5_000),
  },
  logLevel: {
    env: 'LOG_LEVEL',
    flag: '--log-level <level>',
    description: 'trace, debug, info, warn, error or silent',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  },
  saslMechanism: {
    env: 'KAFKA_SASL_MECHANISM',
    description: 'plain, scram-sha-256, scram-sha-512 or oauthbearer',
    schema: z.enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']).optional(),
  },
  saslUsername: { env: 'KAFKA_SASL_USERNAME', description: 'SASL user', schema: text.optional() },
  saslPassword: { env: 'KAFKA_SASL_PASSWORD', description: 'SASL password', schema: text.optional() },
  saslTokenFile: {
    env: 'KAFKA_SASL_TOKEN_FILE',
    description: 'file of the OAUTHBEARER token, read at every login',
    schema: text.optional(),
  },
  ssl: {
    env: 'KAFKA_SSL',
    description: "true: TLS, with the system's certificate authorities unless KAFKA_SSL_CA names others",
    schema: z.enum(['true', 'false']).default('false'),
  },
  sslCa: {
    env: 'KAFKA_SSL_CA',
    description: 'file of the certificate authority; turns TLS on',
    schema: text.optional(),
  },
  sslCert: { env: 'KAFKA_SSL_CERT', description: "file of the client's certificate", schema: text.optional() },
  sslKey: { env: 'KAFKA_SSL_KEY', description: "file of the client's key", schema: text.optional() },
  schemaRegistryUrl: {
    env: 'SCHEMA_REGISTRY_URL',
    flag: '--schema-registry-url <list>',
    description: 'addresses of a schema registry, http(s)://host:port,...; none: without Kafka its own, in STATE_DIR',
    schema: hosts.optional(),
  },
  schemaRegistryUsername: {
    env: 'SCHEMA_REGISTRY_USERNAME',
    description: 'user of the schema registry',
    schema: text.optional(),
  },
  schemaRegistryPassword: {
    env: 'SCHEMA_REGISTRY_PASSWORD',
    description: 'password of the schema registry',
    schema: text.optional(),
  },
  schemaRegistryToken: {
    env: 'SCHEMA_REGISTRY_TOKEN',
    description: 'bearer token for the schema registry, in place of user and password',
    schema: text.optional(),
  },
  schemaRegistryCa: {
    env: 'SCHEMA_REGISTRY_CA',
    description: "file of the schema registry's certificate authority",
    schema: text.optional(),
  },
  schemaRegistryCert: {
    env: 'SCHEMA_REGISTRY_CERT',
    description: "file of the client's certificate for the schema registry",
    schema: text.optional(),
  },
  schemaRegistryKey: {
    env: 'SCHEMA_REGISTRY_KEY',
    description: "file of the client's key for the schema registry",
    schema: text.optional(),
  },
  ...ACCESS_SETTINGS,
} as const satisfies Readonly<Record<string, Setting>>;

function nameAndValue(tag: string): readonly [string, string] {
  const at = tag.indexOf('=');
  return [tag.slice(0, at).trim(), tag.slice(at + 1).trim()];
}
