import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it } from '@jest/globals';

const env = {
  ...process.env,
  PATH: `${join(process.cwd(), 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}`,
};

it('is what proto/ generates (else run `npm run generate`)', () => {
  const out = mkdtempSync(join(tmpdir(), 'millrace-gen-'));
  try {
    execFileSync('buf', ['generate', '-o', out], { env });
    const files = readdirSync(join(out, 'src/query/gen'), { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => file.endsWith('.ts'));
    expect(sources.length).toBeGreaterThan(5);
    for (const file of sources) {
      const committed = readFileSync(join('src/query/gen', file), 'utf8');
      expect({ file, current: committed === readFileSync(join(out, 'src/query/gen', file), 'utf8') }).toEqual({
        file,
        current: true,
      });
    }
  } finally {
    rmSync(out, { recursive: true });
  }
});

it("follows buf's STANDARD rules", () => {
  expect(() => execFileSync('buf', ['lint'], { env })).not.toThrow();
});
