import { register } from 'node:module';

/**
 * Lets Node import this repository's TypeScript where jest does not transform it (jest's globalSetup, scripts):
 * `node --import ./test/support/typescript.js FILE.ts`.
 */
register('./typescript-hooks.js', import.meta.url);
