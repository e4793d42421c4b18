import { readFileSync } from 'node:fs';

/** The vectors that a list names, one a line; `#` begins a comment. */
export function namesIn(file: string): ReadonlySet<string> {
  const lines = readFileSync(file, 'utf8').split('\n');
  return new Set(lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')));
}
