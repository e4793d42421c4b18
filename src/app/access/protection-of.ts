import { isProtected, type ServerLimits, type ServerProtection } from '../../query/access/protection.js';
import type { TlsFiles } from '../../query/access/tls-material.js';
import type { Logger } from '../../observability/log.js';
import { invalid } from '../../util/errors.js';
import type { Config } from '../config.js';
import { isLoopback } from './loopback.js';

/** What the configuration says of who may call the servers. @throws MillraceError `INVALID_CONFIGURATION` */
export function protectionOf(config: Config): ServerProtection {
  const { accessFile, jwtKeys, jwtIssuer, jwtAudience, jwtRolesClaim } = config;
  const jwt = { keys: jwtKeys ?? '', issuer: jwtIssuer, audience: jwtAudience, rolesClaim: jwtRolesClaim };
  if (jwtKeys === undefined && (jwtIssuer ?? jwtAudience) !== undefined) {
    throw invalid('INVALID_CONFIGURATION', 'JWT_ISSUER or JWT_AUDIENCE is set and JWT_KEYS is not', {
      hint: 'Set JWT_KEYS (--jwt-keys) too: without keys no JWT can be checked.',
    });
  }
  return {
    access: { file: accessFile, ...(jwtKeys !== undefined && { jwt }) },
    tls: tlsOf(config),
    limits: limitsOf(config),
    reflection: config.grpcReflection,
    monitoringNeedsToken: config.monitoringNeedsToken,
  };
}

function limitsOf(config: Config): ServerLimits {
  const { maxCalls, maxCallsPerPeer, callsPerSecond, maxConnections, maxRequestBytes, maxScanRows } = config;
  const { slowReaderTimeoutMs } = config;
  return {
    maxCalls,
    maxCallsPerPeer,
    callsPerSecond,
    maxConnections,
    maxRequestBytes,
    maxScanRows,
    slowReaderTimeoutMs,
  };
}

function tlsOf({ tlsCert: cert, tlsKey: key, tlsClientCa: clientCa }: Config): TlsFiles | undefined {
  if (cert !== undefined && key !== undefined) return { cert, key, clientCa };
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined;
  throw invalid(
    'INVALID_CONFIGURATION',
    'TLS_CERT, TLS_KEY and TLS_CLIENT_CA: one is set without those that it needs',
    {
      hint: 'Set TLS_CERT (--tls-cert) and TLS_KEY (--tls-key), for mTLS TLS_CLIENT_CA (--tls-client-ca) too; or none.',
    },
  );
}

/** Says aloud that others can reach the servers, where nothing keeps them out. */
export function warnIfOpen({ host }: Pick<Config, 'host'>, protection: ServerProtection, log: Logger): void {
  if (isLoopback(host) || isProtected(protection)) return;
  log.warn(
    { host },
    'whoever reaches this host can read every store and change things: neither tokens (ACCESS_FILE, JWT_KEYS) nor client certificates (TLS_CLIENT_CA) are asked for',
  );
}
