import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';
import type { Logger } from '../../observability/log.js';
import { invalid, messageOf, type MillraceError } from '../../util/errors.js';
import type { CancelTimer, Clock } from '../../util/time.js';
import { watchFiles } from './watched-files.js';

/** Paths of what a server shows and expects, PEM. */
export interface TlsFiles {
  /** The certificate, and those between it and its authority. */
  readonly cert: string;
  readonly key: string;
  /** The authority of clients; with it they have to show certificates. */
  readonly clientCa: string | undefined;
}

/** What a TLS server is made with, and given anew when files change. */
export type TlsMaterial = Pick<SecureContextOptions, 'cert' | 'key' | 'ca' | 'minVersion'>;

/**
 * Reads the files and makes sure that they go together.
 * @throws MillraceError `TLS_FILE_INVALID` that names the file and its setting
 */
export async function readTls({ cert, key, clientCa }: TlsFiles): Promise<TlsMaterial> {
  const certificate = await readPart('TLS_CERT', cert, (pem) => new X509Certificate(pem));
  const privateKey = await readPart('TLS_KEY', key, (pem) => createPrivateKey(pem));
  if (!certificate.parsed.checkPrivateKey(privateKey.parsed)) {
    throw invalidFile('TLS_KEY', key, `it is not the key of the certificate in ${cert} (TLS_CERT)`);
  }
  const ca = clientCa === undefined ? undefined : await readPart('TLS_CLIENT_CA', clientCa, (pem) => new X509Certificate(pem)); // prettier-ignore
  return { cert: certificate.pem, key: privateKey.pem, ca: ca?.pem, minVersion: 'TLSv1.2' };
}

/** Gives the files to `use` whenever they have changed and fit; else what was in use stays, and the log says why. */
export function watchTls(
  files: TlsFiles,
  clock: Clock,
  log: Logger,
  use: (material: TlsMaterial) => void,
): CancelTimer {
  const paths = [files.cert, files.key, ...(files.clientCa === undefined ? [] : [files.clientCa])];
  return watchFiles(paths, clock, async () => {
    try {
      use(await readTls(files));
      log.info({ ...files }, 'TLS files have changed and are in use');
    } catch (error) {
      log.warn({ error }, 'TLS files have changed and cannot be used: the former ones stay');
    }
  });
}

async function readPart<T>(
  setting: string,
  path: string,
  parse: (pem: Buffer) => T,
): Promise<{ readonly pem: Buffer; readonly parsed: T }> {
  try {
    const pem = await readFile(path);
    return { pem, parsed: parse(pem) };
  } catch (error) {
    throw invalidFile(setting, path, messageOf(error), error);
  }
}

function invalidFile(setting: string, path: string, why: string, cause?: unknown): MillraceError {
  return invalid('TLS_FILE_INVALID', `${path} (${setting}) cannot be used: ${why}`, {
    hint: 'Give PEM files: a certificate, and its key without a passphrase.',
    cause,
    context: { variable: setting },
  });
}
