import { existsSync, statSync } from 'node:fs';
import { dirname, basename } from 'node:path';

/** A folder, and which of the files below it are meant. */
export interface FilePattern {
  readonly root: string;
  matches(path: string): boolean;
}

/**
 * What a path means: a file, all files of a folder and the folders below, or, with `*`, `**` and `?`, those whose whole path
 * matches. Undefined when there is nothing.
 */
export function filePattern(path: string): FilePattern | undefined {
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) return { root: path, matches: () => true };
    const name = basename(path);
    return { root: dirname(path), matches: (file) => file === name };
  }
  const segments = path.split('/');
  const first = segments.findIndex((segment) => /[*?]/.test(segment));
  const root = segments.slice(0, first).join('/') || (path.startsWith('/') ? '/' : '.');
  if (first < 0 || !existsSync(root)) return undefined;
  const pattern = patternOf(segments.slice(first).join('/'));
  return { root, matches: (file) => pattern.test(file) };
}

const WILDCARDS: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };

/** `**` stands for any folders, `*` for any text and `?` for one character within a name. */
function patternOf(glob: string): RegExp {
  const parts = glob.split(/(\*\*\/?|\*|\?)/);
  const source = parts.map((part) => WILDCARDS[part] ?? part.replace(/[\\^$.|+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${source.join('')}$`);
}
