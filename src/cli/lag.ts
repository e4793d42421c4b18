import type { Command } from 'commander';
import { buildTopology } from '../app/build-topology.js';
import { loadConfig } from '../app/config.js';
import type { ApplicationLag, LagReader } from '../app/lag/application-lag.js';
import { lagBySubTopology, namedTopics, type SubTopologyLag } from '../app/lag/lag-by-sub-topology.js';
import { openLag } from '../app/lag/open-lag.js';
import { loadTopology } from '../app/load-topology.js';
import type { BuiltTopology } from '../topology/node.js';
import { invalid } from '../util/errors.js';
import { systemClock } from '../util/time.js';
import { addConfigFlags, CALLING, configFlags } from './config-flags.js';
import { durationOption } from './duration-option.js';
import { outputFormat, table, type OutputFormat } from './output.js';
import { toolSurroundings } from './surroundings.js';
import type { Terminal } from './terminal.js';
import { untilInterrupted } from './until-interrupted.js';

interface LagOptions {
  readonly output: string;
  readonly watch?: boolean;
  readonly interval: string;
  readonly [flag: string]: unknown;
}

/** The lag at one time. */
interface Snapshot extends ApplicationLag {
  /** ISO 8601. */
  readonly time: string;
  /** Sum over the partitions. */
  readonly lag: number;
  /** Where the topology was given. */
  readonly sub_topologies?: readonly SubTopologyLag[];
}

/** Clears a terminal, and goes to its first line. */
const CLEAR = '\u001b[2J\u001b[H';

/** `millrace lag TOPOLOGY`: how far an application is behind its inputs, by partition and by sub-topology. */
export function addLagCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('lag [topology]')
    .description('how far an application is behind, on Kafka (--brokers) or in the running process: by partition')
    .option('-w, --watch', 'again and again, until interrupted')
    .option('--interval <duration>', 'between two looks, such as 500ms or 5s', '2s')
    .option('-o, --output <format>', 'text, json, or jsonl: one document a line', 'text');
  addConfigFlags(command, ['brokers', 'applicationId', ...CALLING, 'logLevel']);
  command.action(async (name: string | undefined, options: LagOptions) => {
    const config = loadConfig(process.env, configFlags(options));
    const { watch = false } = options;
    const format = formatOf(options);
    const intervalMs = durationOption('--interval', options.interval);
    const definition = name === undefined ? undefined : (await loadTopology(name)).definition;
    const applicationId = config.applicationId ?? definition?.name;
    if (applicationId === undefined) {
      throw invalid('INVALID_OPTION', 'lag is asked of no application', {
        hint: 'Name a topology, or an application with --application-id.',
      });
    }
    const topology = definition && buildTopology(definition);
    const lag = await openLag(config, toolSurroundings(config, terminal));
    const show = async (): Promise<void> => {
      print(terminal, await look(lag.read, applicationId, topology), format, watch);
    };
    try {
      if (watch) await untilInterrupted((signal) => again(show, intervalMs, signal));
      else await show();
    } finally {
      await lag.close();
    }
  });
}

function formatOf({ output, watch }: LagOptions): OutputFormat {
  const format = outputFormat(output);
  if (watch !== true || format !== 'json') return format;
  throw invalid('INVALID_OPTION', 'one JSON document has no room for what is yet to come', {
    hint: 'Use --watch with -o jsonl: a document a line.',
  });
}

async function look(read: LagReader, applicationId: string, topology: BuiltTopology | undefined): Promise<Snapshot> {
  const topics = topology ? namedTopics(applicationId, topology) : [];
  const found = await read({ applicationId, topics });
  const lag = found.partitions.reduce((sum, partition) => sum + partition.lag, 0);
  const time = new Date(systemClock.nowMs()).toISOString();
  if (!topology) return { time, ...found, lag };
  return { time, ...found, lag, sub_topologies: lagBySubTopology(applicationId, topology, found.partitions) };
}

async function again(show: () => Promise<void>, intervalMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await show();
    await systemClock.sleep(intervalMs, signal);
  }
}

function print(terminal: Terminal, snapshot: Snapshot, format: OutputFormat, watch: boolean): void {
  if (format === 'text') terminal.out((watch && terminal.interactive ? CLEAR : '') + textOf(snapshot));
  else terminal.out(`${JSON.stringify(snapshot, undefined, format === 'json' ? 2 : undefined)}\n`);
}

function textOf({ time, application, state, partitions, lag, sub_topologies: sums }: Snapshot): string {
  const sumRows = sums?.map(({ topics, ...sum }) => ({ ...sum, topics: topics.join(' ') })) ?? [];
  const rows = partitions.map((partition) => ({ ...partition }));
  return [`${application}: ${state}, lag ${lag} at ${time}\n`, table(sumRows), table(rows)].filter(Boolean).join('\n');
}
