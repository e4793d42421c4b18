import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';

interface Layer {
  readonly name: string;
  readonly pattern: string;
  readonly imports: readonly string[];
}
const root = join(import.meta.dirname, '..');
const { layers } = (await import(pathToFileURL(join(root, 'layers.js')).href)) as { layers: readonly Layer[] };

const isGenerated = (file: string): boolean => /[\\/]gen[\\/]/.test(file);
const sources = ['src', 'topologies'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !isGenerated(file))
    .map((file) => join(folder, file)),
);
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('the shape of the code', () => {
  it('is drawn in ARCHITECTURE.md as the linter holds it', () => {
    const [, table = ''] = read('ARCHITECTURE.md').split('## Layers');
    const rows = [...table.matchAll(/^\| *([a-z]+(?:-[a-z]+)?) *\|[^|]+\| *([a-z, -]*?) *\|$/gm)].slice(1);
    const drawn = rows.map(([, name, imports]) => ({ name, imports: imports === '' ? [] : imports!.split(', ') }));
    expect(drawn).toEqual(layers.map(({ name, imports }) => ({ name, imports: [...imports] })));
  });

  it('has no folder in src/ that no rule knows', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const known = new Set(layers.map(({ pattern }) => pattern.split('/')[1]));
    expect(folders.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  });

  it('keeps every file below 400 lines', () => {
    expect(sources.filter((file) => read(file).split('\n').length > 401)).toEqual([]);
  });

  it('leaves nothing for later', () => {
    expect(sources.filter((file) => /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|nocheck)/.test(read(file)))).toEqual([]);
  });
});

describe('errors', () => {
  const documented = [...read('docs/errors.md').matchAll(/^\| `?([A-Z][A-Z0-9_]+)`? \|/gm)].map(([, code]) => code);
  const thrown = new Set(
    sources
      .filter((file) => file.startsWith('src'))
      .flatMap((file) =>
        [
          ...read(file).matchAll(
            /(?:\bcode: |\b(?:invalid|internal|unavailable|[a-z]\w*Error|new \w+Error)\(\s*)'([A-Z][A-Z0-9_]{3,})'/g,
          ),
        ].map(([, code]) => code),
      ),
  );

  it('are all listed in docs/errors.md with their remedy', () => {
    expect([...thrown].filter((code) => !documented.includes(code)).sort()).toEqual([]);
  });

  it('are listed there only if something throws them', () => {
    expect(documented.filter((code) => !thrown.has(code))).toEqual([]);
  });

  it('are sorted by code', () => {
    expect(documented).toEqual(documented.toSorted());
  });
});
