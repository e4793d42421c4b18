import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';

/** Writes an access file in which each token is the name of its caller. */
export function writeAccessFile(
  path: string,
  roles: Readonly<Record<string, readonly string[]>>,
  stores?: readonly object[],
): void {
  const tokens = Object.entries(roles).map(([name, own]) => ({
    name,
    sha256: createHash('sha256').update(name).digest('hex'),
    roles: own,
  }));
  writeFileSync(path, JSON.stringify({ tokens, stores }));
}
