import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isProtected, type ServerProtection } from '../../query/access/protection.js';
import type { ClientAccess } from '../../query/client/client-access.js';
import type { Random } from '../../util/random.js';
import { SETTINGS, type Setting } from '../settings.js';

/** How the processes of a supervisor are kept for it alone. */
export interface ProtectedProcesses {
  /** What their settings are, whatever the supervisor's are. */
  readonly settings: Readonly<Record<string, string>>;
  /** How the supervisor calls them. */
  readonly access: ClientAccess;
}

/** What callers meet at the supervisor, and not again behind it. */
const AT_THE_FRONT: readonly Setting[] = [
  ...[SETTINGS.tlsCert, SETTINGS.tlsKey, SETTINGS.tlsClientCa, SETTINGS.corsOrigins, SETTINGS.callsPerSecond],
  ...[SETTINGS.jwtKeys, SETTINGS.jwtIssuer, SETTINGS.jwtAudience, SETTINGS.monitoringNeedsToken],
];

/**
 * Processes listen on the loopback address in plain text. Where not everybody may call the supervisor, they take a token
 * that it makes at every start, so that nobody on the machine goes past it.
 */
export async function protectProcesses(
  stateDir: string,
  protection: ServerProtection,
  random: Random,
): Promise<ProtectedProcesses> {
  const open = Object.fromEntries(AT_THE_FRONT.map(({ env }) => [env, '']));
  if (!isProtected(protection)) return { settings: { ...open, [SETTINGS.accessFile.env]: '' }, access: {} };
  const token = `${random.uuid()}${random.uuid()}`;
  const file = join(stateDir, 'processes', 'access.json');
  const sha256 = createHash('sha256').update(token).digest('hex');
  await mkdir(join(stateDir, 'processes'), { recursive: true });
  await writeFile(file, JSON.stringify({ tokens: [{ name: 'supervisor', sha256, roles: ['admin'] }] }), {
    mode: 0o600,
  });
  return { settings: { ...open, [SETTINGS.accessFile.env]: file }, access: { token } };
}
