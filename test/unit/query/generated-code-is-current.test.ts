import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it } from '@jest/globals';

const env = {
  ...process.env,
  PATH: `${join(process.cwd(), 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}`,
};

it.each([
  ['src', 'buf', ['generate', '-o']],
  ['topologies', process.execPath, ['scripts/generate-services.js']],
])('is what proto/ generates (else run `npm run generate`): %s', (folder, command, args) => {
  const out = mkdtempSync(join(tmpdir(), 'millrace-gen-'));
  try {
    execFileSync(command, [...args, out], { env });
    const files = readdirSync(join(out, folder), { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => file.endsWith('.ts')).map((file) => join(folder, file));
    expect(sources.length).toBeGreaterThan(4);
    const stale = sources.filter((file) => readFileSync(file, 'utf8') !== readFileSync(join(out, file), 'utf8'));
    expect(stale).toEqual([]);
  } finally {
    rmSync(out, { recursive: true });
  }
});

it("follows buf's STANDARD rules", () => {
  expect(() => execFileSync('buf', ['lint'], { env })).not.toThrow();
});
