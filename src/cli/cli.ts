import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { MillraceError, messageOf } from '../util/errors.js';
import { addDescribeCommand } from './describe.js';
import { addDlqCommand } from './dlq.js';
import { addDoctorCommand } from './doctor.js';
import { EXIT, exitCodeOf } from './exit-code.js';
import { addGenerateCommand } from './generate.js';
import { addLagCommand } from './lag.js';
import { addPlanCommand } from './plan.js';
import { addProduceCommand } from './produce.js';
import { addQueryCommand } from './query.js';
import { addResetCommand } from './reset.js';
import { addRunCommand } from './run.js';
import { addSchemaCommand } from './schema.js';
import { addTakeoverCommand } from './takeover.js';
import type { Terminal } from './terminal.js';

/** Sets the exit code of the command that runs; 0 unless it is called. */
export type SetExitCode = (code: number) => void;

/** Runs one command line; gives the exit code (see exit-code.ts). */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = new Command('millrace')
    .description('Kafka Streams for TypeScript: run topologies, feed them, read their state.')
    .version(version())
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.error });
  const setExitCode: SetExitCode = (code) => {
    exitCode = code;
  };
  addRunCommand(program, terminal, setExitCode);
  addDescribeCommand(program, terminal);
  addGenerateCommand(program, terminal);
  addProduceCommand(program, terminal);
  addDlqCommand(program, terminal);
  addLagCommand(program, terminal);
  addResetCommand(program, terminal);
  addPlanCommand(program, terminal);
  addSchemaCommand(program, terminal);
  addQueryCommand(program, terminal);
  addDoctorCommand(program, terminal, setExitCode);
  addTakeoverCommand(program, terminal, setExitCode);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) terminal.error(`millrace: ${describe(error)}\n`);
    return exitCodeOf(error);
  }
}

function describe(error: unknown): string {
  return error instanceof MillraceError ? error.describe() : messageOf(error);
}

function version(): string {
  // From dist/src/cli as from src/cli.
  for (const up of ['../../', '../../../']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(`${up}package.json`, import.meta.url), 'utf8')) as {
        readonly name?: string;
        readonly version?: string;
      };
      if (manifest.name === 'millrace') return manifest.version ?? '';
    } catch {
      // Not there: the other place.
    }
  }
  return '';
}
