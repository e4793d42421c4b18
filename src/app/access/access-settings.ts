import { OPEN } from '../../query/access/protection.js';
import { flag, hosts, positive, text, type Setting } from '../setting.js';

const { limits } = OPEN;

/** Who may reach the servers, how much of them they may take, and how commands and other instances reach them. */
export const ACCESS_SETTINGS = {
  tlsCert: {
    env: 'TLS_CERT',
    flag: '--tls-cert <path>',
    description: "file of the servers' certificate chain, PEM; turns TLS on for gRPC and HTTP",
    schema: text.optional(),
  },
  tlsKey: {
    env: 'TLS_KEY',
    flag: '--tls-key <path>',
    description: "file of that certificate's key",
    schema: text.optional(),
  },
  tlsClientCa: {
    env: 'TLS_CLIENT_CA',
    flag: '--tls-client-ca <path>',
    description: 'file of the authority of clients: they have to show certificates (mTLS)',
    schema: text.optional(),
  },
  tlsCa: {
    env: 'TLS_CA',
    flag: '--tls-ca <path>',
    description:
      "file of the authority that commands and instances trust, when they call a server with TLS; system: the machine's",
    schema: text.optional(),
  },
  tlsClientCert: {
    env: 'TLS_CLIENT_CERT',
    flag: '--tls-client-cert <path>',
    description: 'file of the certificate that they show',
    schema: text.optional(),
  },
  tlsClientKey: {
    env: 'TLS_CLIENT_KEY',
    flag: '--tls-client-key <path>',
    description: "file of that certificate's key",
    schema: text.optional(),
  },
  accessToken: { env: 'ACCESS_TOKEN', description: 'token that they send', schema: text.optional() },
  accessTokenFile: {
    env: 'ACCESS_TOKEN_FILE',
    flag: '--token-file <path>',
    description: 'file of the token that they send',
    schema: text.optional(),
  },
  accessFile: {
    env: 'ACCESS_FILE',
    flag: '--access-file <path>',
    description: 'file of the tokens that the servers take, with their roles, and of who may read which store',
    schema: text.optional(),
  },
  jwtKeys: {
    env: 'JWT_KEYS',
    flag: '--jwt-keys <url or path>',
    description: 'JWKS, or public key in PEM, of the JWTs that the servers take',
    schema: text.optional(),
  },
  jwtIssuer: {
    env: 'JWT_ISSUER',
    flag: '--jwt-issuer <text>',
    description: 'what `iss` of a JWT has to be',
    schema: text.optional(),
  },
  jwtAudience: {
    env: 'JWT_AUDIENCE',
    flag: '--jwt-audience <text>',
    description: 'what `aud` of a JWT has to have',
    schema: text.optional(),
  },
  jwtRolesClaim: {
    env: 'JWT_ROLES_CLAIM',
    flag: '--jwt-roles-claim <path>',
    description: 'claim of the roles, such as realm_access.roles',
    schema: text.default('roles'),
  },
  monitoringNeedsToken: {
    env: 'MONITORING_NEEDS_TOKEN',
    flag: '--monitoring-needs-token <true or false>',
    description: 'true: health, readiness and metrics are for callers with a token too',
    schema: flag.prefault('false'),
  },
  grpcReflection: {
    env: 'GRPC_REFLECTION',
    flag: '--grpc-reflection <true or false>',
    description: 'false: gRPC does not tell its schema',
    schema: flag.prefault('true'),
  },
  corsOrigins: {
    env: 'CORS_ORIGINS',
    flag: '--cors-origins <list>',
    description: 'origins of pages that may call the HTTP server, https://host:port,...; none: its own only',
    schema: hosts.optional(),
  },
  maxRequestBytes: {
    env: 'MAX_REQUEST_BYTES',
    flag: '--max-request-bytes <bytes>',
    description: 'bytes of one request',
    schema: positive.prefault(String(limits.maxRequestBytes)),
  },
  maxConnections: {
    env: 'MAX_CONNECTIONS',
    flag: '--max-connections <count>',
    description: 'connections of each server',
    schema: positive.prefault(String(limits.maxConnections)),
  },
  maxCalls: {
    env: 'MAX_CALLS',
    flag: '--max-calls <count>',
    description: 'calls under way at a time, of each server',
    schema: positive.prefault(String(limits.maxCalls)),
  },
  maxCallsPerPeer: {
    env: 'MAX_CALLS_PER_PEER',
    flag: '--max-calls-per-peer <count>',
    description: 'those of them from one address',
    schema: positive.prefault(String(limits.maxCallsPerPeer)),
  },
  callsPerSecond: {
    env: 'CALLS_PER_SECOND',
    flag: '--calls-per-second <count>',
    description: 'calls a second of one caller; default: as many as come',
    schema: positive.optional(),
  },
  maxScanRows: {
    env: 'MAX_SCAN_ROWS',
    flag: '--max-scan-rows <count>',
    description: 'rows of one stream; default: as many as there are',
    schema: positive.optional(),
  },
  slowReaderTimeoutMs: {
    env: 'SLOW_READER_TIMEOUT_MS',
    flag: '--slow-reader-timeout-ms <ms>',
    description: 'milliseconds after which a stream that nobody takes from is ended',
    schema: positive.prefault(String(limits.slowReaderTimeoutMs)),
  },
} as const satisfies Readonly<Record<string, Setting>>;
