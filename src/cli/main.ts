#!/usr/bin/env node
import * as nodeModule from 'node:module';
import { systemTerminal } from './terminal.js';

// From Node 22 on what is compiled is kept for the next start; the typings of older versions do not know it.
(nodeModule as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();
const { runCli } = await import('./cli.js');
process.exitCode = await runCli(process.argv.slice(2), systemTerminal());
