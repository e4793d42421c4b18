import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { processAddress } from '../app/ask-process.js';
import { loadConfig } from '../app/config.js';
import { SqlSession } from '../app/sql/sql-session.js';
import { invalid } from '../util/errors.js';
import type { SetExitCode } from './cli.js';
import { addConfigFlags, CALLING, configFlags } from './config-flags.js';
import { EXIT } from './exit-code.js';
import { printResult, sqlFormat } from './sql-output.js';
import { runSqlPrompt } from './sql-prompt.js';
import type { Terminal } from './terminal.js';

interface SqlOptions {
  readonly state?: boolean;
  readonly query?: string;
  readonly format: string;
  readonly [flag: string]: unknown;
}

/** `millrace sql [FOLDER...] [--state]`: SQL over the files of sinks, and over the stores of the process that runs. */
export function addSqlCommand(program: Command, terminal: Terminal, setExitCode: SetExitCode): void {
  const command = program
    .command('sql [folders...]')
    .description('SQL, by DuckDB, over what file sinks have committed, and over the stores of the running process')
    .option('--state', 'the stores of the process that runs on this machine, as they are now')
    .option('-q, --query <sql>', 'answer this, and end; without: a prompt, or statements from standard input')
    .option('--format <format>', 'table, json or csv', 'table');
  addConfigFlags(command, CALLING);
  command.action(async (folders: readonly string[], options: SqlOptions) => {
    const format = sqlFormat(options.format);
    const config = loadConfig(process.env, configFlags(options));
    if (folders.length === 0 && options.state !== true) {
      throw invalid('INVALID_OPTION', 'there is nothing to ask', { hint: 'Name a folder of a file sink, or --state.' });
    }
    const address = options.state === true ? processAddress(config) : undefined;
    const session = await SqlSession.open({ folders, ...(address !== undefined && { process: address }) });
    try {
      for (const why of session.left) terminal.error(`${why}\n`);
      if (options.query !== undefined) await printResult(terminal, await session.query(options.query), format);
      else if (!(await prompt(session, terminal, format))) setExitCode(EXIT.failed);
    } finally {
      await session.close();
    }
  });
}

function prompt(session: SqlSession, terminal: Terminal, format: ReturnType<typeof sqlFormat>): Promise<boolean> {
  const output = terminal.interactive && process.stdin.isTTY ? process.stdout : undefined;
  const historyFile = join(homedir(), '.millrace_sql_history');
  return runSqlPrompt({ session, input: process.stdin, output, terminal, format, historyFile });
}
