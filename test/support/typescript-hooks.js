import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

/** A `.js` import inside a `.ts` file names the TypeScript source, and so does the file of a worker where there is no such script. */
export async function resolve(specifier, context, next) {
  const fromTypeScript = context.parentURL?.endsWith('.ts') && /^\.{1,2}\/.*\.js$/.test(specifier);
  return next(fromTypeScript || isWorker(specifier, context) ? specifier.replace(/\.js$/, '.ts') : specifier, context);
}

function isWorker(specifier, { parentURL }) {
  return parentURL === undefined && /^file:.*\/src\/.*\.js$/.test(specifier) && !existsSync(fileURLToPath(specifier));
}

/** Lines that are to be others, `{ file, line, instead }`: for the check of the simulation (mutate.ts). */
const changes = process.env.MUTATION === undefined ? [] : JSON.parse(process.env.MUTATION);

/** Drops the types. */
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const source = mutated(await readFile(fileURLToPath(url), 'utf8'), url);
  const { code } = await transform(source, {
    filename: fileURLToPath(url),
    sourceMaps: 'inline',
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  return { format: 'module', source: code, shortCircuit: true };
}

function mutated(source, url) {
  return changes
    .filter(({ file }) => url.endsWith(`/${file}`))
    .reduce((text, { file, line, instead = '' }) => {
      if (text.split(line).length !== 2) throw new Error(`not one "${line}" in ${file}`);
      return text.replace(line, () => instead);
    }, source);
}
