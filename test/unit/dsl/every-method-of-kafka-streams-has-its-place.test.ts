import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Row {
  readonly classes: readonly string[];
  readonly java: readonly string[];
  readonly millrace: string;
}
const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

const rows = read('docs/kafka-streams-parity.md')
  .split(/^## /m)
  .slice(1)
  .flatMap((section): Row[] => {
    const [heading = '', ...lines] = section.split('\n');
    const cells = lines.map((line) => line.split('|').slice(1, 3)).filter(([java = '']) => java.includes('`'));
    return cells.map(([java = '', millrace = '']) => ({ classes: heading.split(', '), java: quoted(java), millrace }));
  });

/** The text of every file that the public surface exports from. */
const publicText = ['src/index.ts', 'src/testing/index.ts', 'src/serde/index.ts']
  .flatMap((index) => [...read(index).matchAll(/from '\.\/(.+)\.js'/g)].map(([, file]) => join(dirname(index), file!)))
  .map((file) => read(`${file}.ts`))
  .join('\n');

/** A public method of a class, with its docstring. */
const METHOD = /^( {2}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)? {2}(?:static |get )?([a-z]\w*)(?:<|\()/gm;

describe('docs/kafka-streams-parity.md', () => {
  it("tells the form of every public method of Java's classes", () => {
    const told = new Set(
      rows.flatMap(({ classes, java }) => classes.flatMap((name) => java.map((m) => `${name}.${m}`))),
    );
    const methods = read('test/conformance/java-api.txt').trim().split('\n');
    expect(methods.length).toBeGreaterThan(300);
    expect(methods.filter((method) => !told.has(method))).toEqual([]);
  });

  it('tells of no method that Java does not have', () => {
    const methods = read('test/conformance/java-api.txt').split('\n');
    const known = new Set(methods);
    const unknown = rows.flatMap(({ classes, java }) =>
      java.filter((method) => !classes.some((name) => known.has(`${name}.${method}`))),
    );
    expect(unknown).toEqual([]);
  });

  it('quotes only names that the public surface has', () => {
    const isConfig = (code: string): boolean => /^[a-z.]+\.[a-z.]+$/.test(code);
    const names = rows
      .flatMap(({ millrace }) => quoted(millrace).filter((code) => !isConfig(code)))
      .flatMap((code) => code.replace(/'[^']*'/g, '').match(/[A-Za-z_]\w+/g) ?? []);
    const words = new Set(publicText.match(/\w+/g));
    expect([...new Set(names)].filter((name) => !words.has(name))).toEqual([]);
  });
});

describe('the docstrings of the DSL', () => {
  const files = [...read('src/index.ts').matchAll(/from '\.\/(dsl\/.+)\.js'/g)].map(([, file]) => `src/${file!}.ts`);
  const classes = files.filter((file) => {
    const name = /^export (?:abstract )?class (\w+)/m.exec(read(file))?.[1];
    return name !== undefined && new RegExp(`\\b${name}\\b`).test(read('src/index.ts'));
  });

  it.each([...new Set(classes)])('name the equivalent in Kafka Streams of each public method of %s', (file) => {
    const told = new Map<string, boolean>();
    for (const [, docstring = '', name = ''] of read(file).matchAll(METHOD)) {
      told.set(name, told.get(name) === true || /Kafka Streams|KIP-\d/.test(docstring));
    }
    told.delete('constructor');
    expect([...told].filter(([, isTold]) => !isTold).map(([name]) => name)).toEqual([]);
  });
});
