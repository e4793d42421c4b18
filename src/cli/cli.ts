import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { MillraceError, messageOf } from '../util/errors.js';
import { EXIT, exitCodeOf } from './exit-code.js';
import type { Terminal } from './terminal.js';

/** Sets the exit code of the command that runs; 0 unless it is called. */
export type SetExitCode = (code: number) => void;

type AddCommand = (program: Command, terminal: Terminal, setExitCode: SetExitCode) => void;

/** In the order of the help. Each is loaded when it is asked for: a restart waits for what `run` needs, and no more. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  run: async () => (await import('./run.js')).addRunCommand,
  backfill: async () => (await import('./backfill.js')).addBackfillCommand,
  describe: async () => (await import('./describe.js')).addDescribeCommand,
  codegen: async () => (await import('./codegen.js')).addCodegenCommand,
  generate: async () => (await import('./generate.js')).addGenerateCommand,
  produce: async () => (await import('./produce.js')).addProduceCommand,
  dlq: async () => (await import('./dlq.js')).addDlqCommand,
  lag: async () => (await import('./lag.js')).addLagCommand,
  top: async () => (await import('./top.js')).addTopCommand,
  reset: async () => (await import('./reset.js')).addResetCommand,
  plan: async () => (await import('./plan.js')).addPlanCommand,
  schema: async () => (await import('./schema.js')).addSchemaCommand,
  state: async () => (await import('./state.js')).addStateCommand,
  query: async () => (await import('./query.js')).addQueryCommand,
  sql: async () => (await import('./sql.js')).addSqlCommand,
  doctor: async () => (await import('./doctor.js')).addDoctorCommand,
  takeover: async () => (await import('./takeover.js')).addTakeoverCommand,
};

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
  const [name = ''] = args;
  const asked = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  for (const load of asked ? [asked] : Object.values(COMMANDS)) (await load())(program, terminal, setExitCode);
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
