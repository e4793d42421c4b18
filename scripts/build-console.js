/** Bundles the console's page into dist/: one script, one style sheet, and prints what they weigh. `npm run build` runs it. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What the page may weigh, gzipped. */
const MOST_BYTES = 150_000;

const page = join(import.meta.dirname, '../src/console/page');
const out = join(import.meta.dirname, '../dist/src/console/assets');

mkdirSync(out, { recursive: true });
for (const file of ['index.html', 'icon.svg']) copyFileSync(join(page, file), join(out, file));
await build({
  entryPoints: ['main.tsx', 'styles/index.css'].map((file) => ({ in: join(page, file), out: 'console' })),
  outdir: out,
  tsconfig: join(page, 'tsconfig.json'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022', 'chrome110', 'firefox115', 'safari16'],
  legalComments: 'linked',
  logLevel: 'warning',
});

const sizes = ['index.html', 'console.js', 'console.css'].map((file) => gzipSync(readFileSync(join(out, file))).length);
const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
console.log(`console: ${(total / 1_000).toFixed(1)} kB gzipped (script ${(sizes[1] / 1_000).toFixed(1)} kB)`);
if (total > MOST_BYTES) {
  console.error(`the console may weigh ${MOST_BYTES / 1_000} kB`);
  process.exit(1);
}
