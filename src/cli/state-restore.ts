import type { Command } from 'commander';
import { loadConfig } from '../app/config.js';
import { loadTopology } from '../app/load-topology.js';
import { restoreState } from '../app/snapshots/restore-state.js';
import { viewOfSnapshot } from '../app/snapshots/snapshot-view.js';
import { addConfigFlags, configFlags } from './config-flags.js';
import { outputFormat, printRows, toRows } from './output.js';
import { toolSurroundings } from './surroundings.js';
import type { Terminal } from './terminal.js';

interface RestoreOptions {
  readonly from: string;
  readonly output: string;
  readonly [flag: string]: unknown;
}

/** `millrace state restore TOPOLOGY --from PATH`: puts the newest snapshots into an empty state directory. */
export function addStateRestoreCommand(state: Command, terminal: Terminal): void {
  const command = state
    .command('restore <topology>')
    .description('put the newest snapshot of each task into a state directory that has none of its state')
    .requiredOption('--from <path>', 'folder that snapshots were taken to, or s3://bucket/prefix')
    .option('-o, --output <format>', 'text, json or jsonl', 'text');
  addConfigFlags(command, ['applicationId', 'stateDir', 'logLevel']);
  command.action(async (name: string, options: RestoreOptions) => {
    const config = loadConfig(process.env, configFlags(options));
    const format = outputFormat(options.output);
    const applicationId = config.applicationId ?? (await loadTopology(name)).definition.name;
    const restored = await restoreState(options.from, config, applicationId, toolSurroundings(config, terminal));
    await printRows(terminal, toRows(restored.map(viewOfSnapshot)), format);
  });
}
