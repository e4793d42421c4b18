import type { ClientAccess, ClientTls } from '../../query/client/client-access.js';
import type { Config } from '../config.js';
import { readSetFile } from '../set-file.js';

/** How servers are called, as the configuration says. @throws MillraceError `INVALID_CONFIGURATION` for what cannot be read */
export function clientAccessOf(config: Config): ClientAccess {
  const file = readSetFile(config, 'accessTokenFile')?.trim();
  return { tls: tlsOf(config), token: config.accessToken ?? file };
}

/** TLS where an authority or a certificate is named; an instance that has TLS itself calls others so, too. */
function tlsOf(config: Config): ClientTls | undefined {
  const { tlsCa, tlsCert, tlsClientCert } = config;
  if (tlsCa === undefined && tlsCert === undefined && tlsClientCert === undefined) return undefined;
  return {
    ca: tlsCa === 'system' ? undefined : readSetFile(config, 'tlsCa'),
    cert: readSetFile(config, 'tlsClientCert'),
    key: readSetFile(config, 'tlsClientKey'),
  };
}
