import type { Command } from 'commander';
import type {
  BackfillOptions,
  BackfillStart,
  BackfillSummary,
  BackfillTarget,
} from '../app/backfill/backfill-options.js';
import { loadConfig, type Config } from '../app/config.js';
import { loadTopology } from '../app/load-topology.js';
import { invalid } from '../util/errors.js';
import { addConfigFlags, configFlags } from './config-flags.js';
import { toolSurroundings } from './surroundings.js';
import type { Terminal } from './terminal.js';
import { timeMs } from './time-option.js';

/** What commander read of {@link addBackfillFlags}. */
export interface BackfillFlags {
  readonly to?: string;
  readonly skipSink?: readonly string[];
  readonly until?: string;
  readonly partitions?: string;
  readonly threads?: string;
  readonly format?: string;
  readonly latest?: boolean;
}

const FORMATS = ['jsonl', 'avro', 'parquet'] as const;

/** `millrace backfill TOPOLOGY --from PATH --to PATH|topic`: runs a topology over recorded data, to its end. */
export function addBackfillCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('backfill <topology>')
    .description('run a topology over recorded data, to its end, with the results of the live run')
    .requiredOption(
      '--from <path>',
      'where the data is; without sources of its own: <path>/<topic>/, or <path>/<topic>.jsonl',
    );
  addBackfillFlags(command);
  addConfigFlags(command, [
    'brokers',
    'applicationId',
    'stateDir',
    'cacheMaxBytes',
    'stateMemory',
    'schemaRegistryUrl',
    'logLevel',
  ]);
  command.action(async (topology: string, options: BackfillFlags & { readonly from: string }) => {
    await backfill(topology, options.from, options, loadConfig(process.env, configFlags({ ...options })), terminal);
  });
}

/** Adds what `backfill` and `run --backfill` have in common. */
export function addBackfillFlags(command: Command): Command {
  return command
    .option(
      '--to <path|topic>',
      "a folder for the results; topic: Kafka's topics. Default: topic, where there are brokers",
    )
    .option('--skip-sink <name>', 'a sink that is given nothing; may be repeated', collect, [])
    .option('--until <time>', 'leave out records from this time on: milliseconds or ISO 8601')
    .option('--partitions <n>', 'of the input topics. Default: those that they have on Kafka, else 4')
    .option('--threads <n>', 'among which the partitions are divided. Default: as many as there are processors')
    .option('--format <format>', 'of the results: jsonl, avro or parquet. Default: jsonl')
    .option('--latest', 'only the last result of each key, as compaction would leave it');
}

/** Runs a backfill, and tells how far it is. @throws MillraceError `INVALID_OPTION`, and what a backfill throws */
export async function backfill(
  name: string,
  from: string,
  flags: BackfillFlags,
  config: Config,
  terminal: Terminal,
): Promise<void> {
  const surroundings = toolSurroundings(config, terminal);
  const target = { ...surroundings, from, config, ...settingsOf(flags, config) };
  const { definition, moduleUrl } = await loadTopology(name);
  // Here, since `run` has this function too: a restart is not to wait for what it does not need.
  const { runBackfill } = await import('../app/backfill/run-backfill.js');
  const { BackfillProgressView } = await import('./backfill-progress.js');
  const view = new BackfillProgressView(terminal, surroundings.clock);
  const onStart = (start: BackfillStart): void => {
    terminal.error(startText(definition.name, start));
  };
  try {
    const summary = await runBackfill({
      ...target,
      topology: definition,
      moduleUrl,
      onStart,
      onProgress: (progress) => {
        view.show(progress);
      },
    });
    view.stop();
    terminal.out(summaryText(summary, target.to));
  } finally {
    view.stop();
  }
}

type Settings = Pick<BackfillOptions, 'to' | 'skippedSinks' | 'untilMs' | 'partitions' | 'threads'>;

function settingsOf(flags: BackfillFlags, config: Config): Settings {
  const { skipSink, until, partitions, threads } = flags;
  return {
    to: targetOf(flags, config),
    skippedSinks: skipSink,
    untilMs: until === undefined ? undefined : timeMs('--until', until),
    partitions: partitions === undefined ? undefined : positive('--partitions', partitions),
    threads: threads === undefined ? undefined : positive('--threads', threads),
  };
}

function targetOf({ to, format = 'jsonl', latest }: BackfillFlags, { brokers }: Config): BackfillTarget {
  const known = FORMATS.find((each) => each === format);
  if (known === undefined)
    throw invalid('INVALID_OPTION', `option --format is "${format}"`, { hint: `It is ${FORMATS.join(', ')}.` });
  if (to === 'topic' || (to === undefined && brokers !== undefined)) return 'topic';
  if (to !== undefined) return { path: to, format: known, latest };
  throw invalid('INVALID_OPTION', 'a backfill has nowhere to write to', {
    hint: 'Give --to a folder, or name the brokers whose topics are to be written.',
  });
}

function positive(option: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw invalid('INVALID_OPTION', `option ${option} is "${text}", not a number from 1 on`);
}

function startText(name: string, { inputs, arrivalDependencies }: BackfillStart): string {
  const lines = inputs.map(({ topic, source, partitions }) => `  ${topic}, ${partitions} partitions, from ${source}`);
  const depending = arrivalDependencies.map(({ node, reason }) => `  ${node} ${reason}`);
  const warning =
    depending.length === 0 ? [] : ['results that depend on the order of arrival, and may differ from the live run:'];
  return [`backfill of ${name}`, ...lines, ...warning, ...depending, ''].join('\n');
}

function summaryText({ records, elapsedMs, outputs }: BackfillSummary, to: BackfillTarget): string {
  const rate = Math.round(records / Math.max(0.001, elapsedMs / 1_000));
  const written = [...outputs].sort().map(([topic, count]) => `  ${topic}: ${count} records`);
  const where = to === 'topic' ? 'written to topics' : `written to ${to.path}`;
  return [
    `${records} records in ${(elapsedMs / 1_000).toFixed(1)} s, ${rate} records/s, ${where}`,
    ...written,
    '',
  ].join('\n');
}

function collect(name: string, before: readonly string[]): readonly string[] {
  return [...before, name];
}
