import { asksForTokens, type AccessSettings } from './access.js';
import type { AdmissionLimits } from './admission.js';
import type { TlsFiles } from './tls-material.js';

/** How much of a server callers may take. */
export interface ServerLimits extends AdmissionLimits {
  readonly maxConnections: number;
  /** Of the bytes of one request. */
  readonly maxRequestBytes: number;
  /** Of the rows of one stream, and of a page of `List`; undefined: as many as there are. */
  readonly maxScanRows: number | undefined;
  /** After so long in which nothing of a stream was taken it is ended. */
  readonly slowReaderTimeoutMs: number;
}

/** Who may call a server, how, and how much; plain data, so that it goes to a thread as it is. */
export interface ServerProtection {
  readonly access: AccessSettings;
  /** Undefined: no TLS. */
  readonly tls: TlsFiles | undefined;
  readonly limits: ServerLimits;
  /** Serve `grpc.reflection`. */
  readonly reflection: boolean;
  /** Health, readiness and metrics are for callers with a token too. */
  readonly monitoringNeedsToken: boolean;
}

/** That of a server for whoever reaches it: no tokens, no TLS, the limits that settings have by default. */
export const OPEN: ServerProtection = {
  access: {},
  tls: undefined,
  limits: {
    maxCalls: 2_000,
    maxCallsPerPeer: 500,
    callsPerSecond: undefined,
    maxConnections: 1_000,
    maxRequestBytes: 4_194_304,
    maxScanRows: undefined,
    slowReaderTimeoutMs: 30_000,
  },
  reflection: true,
  monitoringNeedsToken: false,
};

/** Whether only those who are meant to can call. */
export function isProtected({ access, tls }: ServerProtection): boolean {
  return asksForTokens(access) || tls?.clientCa !== undefined;
}
