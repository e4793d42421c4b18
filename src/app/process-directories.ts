import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The state directory of one of the processes that share a STATE_DIR (`millrace run --processes`). */
export function processDirectory(stateDir: string, index: number): string {
  return join(stateDir, 'processes', String(index));
}

/** State directories in a STATE_DIR: itself, and those of its processes. */
export function stateDirectories(stateDir: string): readonly string[] {
  const processes = join(stateDir, 'processes');
  const names = existsSync(processes) ? readdirSync(processes).filter((name) => /^\d+$/.test(name)) : [];
  return [stateDir, ...names.map(Number).sort((a, b) => a - b).map((index) => processDirectory(stateDir, index))]; // prettier-ignore
}
