import type { Command } from 'commander';
import { loadConfig } from '../app/config.js';
import type { DeadLetterQueue, WholeDeadLetter } from '../app/dead-letters/dead-letter-queue.js';
import { openDeadLetters } from '../app/dead-letters/open-dead-letters.js';
import { invalid } from '../util/errors.js';
import { bytesView } from './bytes-view.js';
import { addConfigFlags, CALLING, configFlags } from './config-flags.js';
import { outputFormat, printRows, toRows } from './output.js';
import { toolSurroundings } from './surroundings.js';
import type { Terminal } from './terminal.js';

interface DlqOptions {
  readonly output: string;
  readonly where?: readonly string[];
  readonly to?: string;
  readonly before?: string;
  readonly execute?: boolean;
  readonly [flag: string]: unknown;
}

type Work = (queue: DeadLetterQueue, options: DlqOptions, args: readonly string[]) => Promise<void>;

/** `millrace dlq`: looks into dead-letter topics, sends their records back, deletes them. */
export function addDlqCommand(program: Command, terminal: Terminal): void {
  const dlq = program
    .command('dlq')
    .description('dead-letter topics, of Kafka (--brokers) or of the running process: list, show, redrive, purge');
  const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  const where = [
    '--where <field=value>',
    'only records whose field is the value (* for any text); repeatable',
  ] as const;
  const execute = ['--execute', 'do it; without, only tell what would be done'] as const;
  add(dlq, 'list <topic>', 'what failed, and why', terminal, list(terminal)).option(...where, collect);
  add(dlq, 'show <topic> <partition> <offset>', 'one record with all its headers', terminal, show(terminal));
  add(dlq, 'redrive <topic>', 'send records back to where they failed, each once', terminal, redrive(terminal))
    .option(...where, collect)
    .option('--to <topic>', 'send them there')
    .option(...execute);
  add(dlq, 'purge <topic>', 'delete the oldest records', terminal, purge(terminal))
    .requiredOption('--before <offset|time>', 'the first offset, or time (ISO 8601), that is kept')
    .option(...execute);
}

function add(dlq: Command, usage: string, description: string, terminal: Terminal, work: Work): Command {
  const command = dlq.command(usage).description(description);
  command.option('-o, --output <format>', 'text, json or jsonl', 'text');
  addConfigFlags(command, ['brokers', ...CALLING, 'logLevel']);
  return command.action(async () => {
    const options: DlqOptions = command.opts();
    const config = loadConfig(process.env, configFlags(options));
    const queue = await openDeadLetters(config, toolSurroundings(config, terminal));
    try {
      await work(queue, options, command.args);
    } finally {
      await queue.close();
    }
  });
}

function list(terminal: Terminal): Work {
  return async (queue, { output, where = [] }, [topic = '']) => {
    await printRows(terminal, toRows(queue.list(topic, where)), outputFormat(output));
  };
}

function show(terminal: Terminal): Work {
  return async (queue, { output }, [topic = '', partition = '', offset = '']) => {
    const format = outputFormat(output);
    const letter = await queue.show(topic, whole('PARTITION', partition), whole('OFFSET', offset));
    const { key, value, headers, ...line } = letter;
    if (format === 'text') terminal.out(letterText(letter));
    else {
      const views = headers.map(([name, bytes]) => ({ name, value: bytesView(bytes) }));
      const json = { ...line, key: bytesView(key), value: bytesView(value), headers: views };
      terminal.out(`${JSON.stringify(json, undefined, format === 'json' ? 2 : undefined)}\n`);
    }
  };
}

function redrive(terminal: Terminal): Work {
  return async (queue, { output, where = [], to, execute = false }, [topic = '']) => {
    const format = outputFormat(output);
    const { sent, sentBefore, withoutSource } = await queue.redrive(topic, { where, to, execute });
    const rowsOf = Object.entries(sent).map(([target, records]) => ({ topic: target, records, executed: execute }));
    await printRows(terminal, toRows(rowsOf), format);
    if (rowsOf.length === 0) terminal.error('nothing to send back\n');
    if (sentBefore > 0) terminal.error(`${sentBefore} records were sent back before\n`);
    if (withoutSource > 0)
      terminal.error(`${withoutSource} records do not tell where they failed: name a topic, --to\n`);
    tellDryRun(terminal, execute);
  };
}

function purge(terminal: Terminal): Work {
  return async (queue, { output, before = '', execute = false }, [topic = '']) => {
    const purged = await queue.purge(topic, { before, execute });
    const rowsOf = purged.map((each) => ({ ...each, offsets: each.to - each.from, executed: execute }));
    await printRows(terminal, toRows(rowsOf), outputFormat(output));
    tellDryRun(terminal, execute);
  };
}

function tellDryRun(terminal: Terminal, execute: boolean): void {
  if (!execute) terminal.error('nothing was done: say --execute to do it\n');
}

function letterText(letter: WholeDeadLetter): string {
  const { headers, key, value, ...line } = letter;
  const facts = Object.entries(line).map(([name, fact]) => [name, String(fact ?? '')] as const);
  const width = Math.max(...facts.map(([name]) => name.length));
  const shown = (bytes: string | null): string => {
    const view = bytesView(bytes);
    const [kind, content] = Object.entries(view ?? { null: '' })[0] ?? [];
    return `(${kind ?? ''}) ${typeof content === 'string' ? content : JSON.stringify(content)}`;
  };
  return [
    ...facts.map(([name, fact]) => `${name.padEnd(width)}  ${fact}`),
    `${'key'.padEnd(width)}  ${shown(key)}`,
    `${'value'.padEnd(width)}  ${shown(value)}`,
    'headers',
    ...headers.map(([name, bytes]) => `  ${name}  ${shown(bytes)}`),
    '',
  ].join('\n');
}

function whole(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw invalid('INVALID_OPTION', `${name} is "${text}"`, { hint: 'It is a whole number, 0 or more.' });
}
