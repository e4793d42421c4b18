import { resolve } from 'node:path';
import type { Command } from 'commander';
import { processAddress } from '../app/ask-process.js';
import { loadConfig } from '../app/config.js';
import { loadTopology } from '../app/load-topology.js';
import { remoteParticipant } from '../app/snapshots/snapshot-participant.js';
import { viewOfSnapshot } from '../app/snapshots/snapshot-view.js';
import { takeSnapshots } from '../app/snapshots/take-snapshots.js';
import { invalid } from '../util/errors.js';
import { systemClock } from '../util/time.js';
import { addConfigFlags, CALLING, configFlags } from './config-flags.js';
import { durationOption } from './duration-option.js';
import { outputFormat, printRows, toRows } from './output.js';
import type { Terminal } from './terminal.js';

interface SnapshotOptions {
  readonly to: string;
  readonly keep?: string;
  readonly pause?: boolean;
  readonly instances?: string;
  readonly timeout: string;
  readonly output: string;
  readonly [flag: string]: unknown;
}

/** `millrace state snapshot TOPOLOGY --to PATH`: has the running process write the state of its tasks. */
export function addStateSnapshotCommand(state: Command, terminal: Terminal): void {
  const command = state
    .command('snapshot <topology>')
    .description('write the state of the tasks of the running process, each as of one commit, to a folder or a bucket')
    .requiredOption('--to <path>', 'folder, on the machine of that process, or s3://bucket/prefix')
    .option('--keep <count>', 'of each task keep so many; default: all')
    .option('--pause', 'a cut of the whole application: sources wait until nothing is on its way between tasks')
    .option('--instances <list>', 'HTTP addresses of all instances, host:port,...; default: the one of this machine')
    .option('--timeout <duration>', 'how long they wait at most', '60s')
    .option('-o, --output <format>', 'text, json or jsonl', 'text');
  addConfigFlags(command, ['applicationId', ...CALLING, 'logLevel']);
  command.action(async (name: string, options: SnapshotOptions) => {
    const config = loadConfig(process.env, configFlags(options));
    const format = outputFormat(options.output);
    const timeoutMs = durationOption('--timeout', options.timeout);
    const keep = keepOf(options.keep);
    const applicationId = config.applicationId ?? (await loadTopology(name)).definition.name;
    const own = processAddress(config);
    const hosts = options.instances?.split(',') ?? [own.host];
    const instances = hosts.map((host) => remoteParticipant({ ...own, host }, applicationId));
    const to = /^[a-z][a-z0-9+.-]+:/i.test(options.to) ? options.to : resolve(options.to);
    const taken = await takeSnapshots(instances, { to, keep, pause: options.pause, timeoutMs }, systemClock);
    await printRows(terminal, toRows(taken.map(viewOfSnapshot)), format);
  });
}

function keepOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw invalid('INVALID_OPTION', `option --keep is "${text}"`, { hint: 'It is a number from 1 on.' });
}
