import { appendFile, readFile } from 'node:fs/promises';
import { createInterface, type Interface } from 'node:readline/promises';
import type { SqlSession } from '../app/sql/sql-session.js';
import { MillraceError } from '../util/errors.js';
import { printResult, type SqlFormat } from './sql-output.js';
import type { Terminal } from './terminal.js';

export interface SqlPromptOptions {
  readonly session: Pick<SqlSession, 'query' | 'views'>;
  readonly input: NodeJS.ReadableStream;
  /** Where the prompt is shown and edited; undefined where nobody sees it. */
  readonly output: NodeJS.WritableStream | undefined;
  readonly terminal: Terminal;
  readonly format: SqlFormat;
  /** File of what was said before. */
  readonly historyFile: string;
}

const HISTORY = 1_000;
const HELP = 'A statement ends with ";". `.tables` lists what there is, `.exit` ends, as Ctrl-D does.\n';

/**
 * Answers statements until the input ends. An error is told, and the next statement is taken.
 * @returns whether all were answered
 */
export async function runSqlPrompt(options: SqlPromptOptions): Promise<boolean> {
  const { input, output, session, terminal, historyFile } = options;
  const history = output === undefined ? [] : await readHistory(historyFile);
  const lines = createInterface({ input, output, terminal: output !== undefined, history, historySize: HISTORY });
  lines.on('SIGINT', () => {
    lines.close();
  });
  if (output !== undefined) terminal.out(HELP);
  const end = { reached: false };
  lines.once('close', () => (end.reached = true)); // lines that came before it are still to be answered
  let [good, statement] = [true, ''];
  prompt(lines, statement);
  for await (const line of lines) {
    const command = statement === '' ? line.trim() : '';
    if (command === '.exit' || command === '.quit') break;
    if (command === '.tables') terminal.out(session.views.map((name) => `${name}\n`).join(''));
    else if (command === '.help') terminal.out(HELP);
    else statement += `${line}\n`;
    if (/;\s*$/.test(statement)) {
      good = (await answer(options, statement)) && good;
      if (output !== undefined) await appendFile(historyFile, `${statement.trim().replaceAll('\n', ' ')}\n`);
      statement = '';
    } else if (statement.trim() === '') statement = '';
    if (!end.reached) prompt(lines, statement);
  }
  lines.close();
  return statement.trim() === '' ? good : (await answer(options, statement)) && good;
}

function prompt(lines: Interface, statement: string): void {
  lines.setPrompt(statement === '' ? 'sql> ' : '...> ');
  lines.prompt();
}

async function answer({ session, terminal, format }: SqlPromptOptions, statement: string): Promise<boolean> {
  try {
    await printResult(terminal, await session.query(statement), format);
    return true;
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    terminal.error(`${error.message}\n`);
    return false;
  }
}

/** Newest first, as readline has it. */
async function readHistory(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '').slice(-HISTORY).reverse(); // prettier-ignore
}
