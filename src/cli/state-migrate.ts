import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { buildTopology } from '../app/build-topology.js';
import { loadConfig } from '../app/config.js';
import { loadTopology } from '../app/load-topology.js';
import { openReset } from '../app/reset/open-reset.js';
import { loadConverter } from '../app/state-migration/convert.js';
import { migrateState } from '../app/state-migration/migrate-state.js';
import { addConfigFlags, configFlags } from './config-flags.js';
import { outputFormat, printRows, toRows } from './output.js';
import { toolSurroundings } from './surroundings.js';
import type { Terminal } from './terminal.js';

interface MigrateOptions {
  readonly output: string;
  readonly store: string;
  readonly with: string;
  readonly execute?: boolean;
  readonly [flag: string]: unknown;
}

/** `millrace state migrate TOPOLOGY`: converts what the schema of a store cannot read. */
export function addStateMigrateCommand(state: Command, terminal: Terminal): void {
  const command = state
    .command('migrate <topology>')
    .description('convert the values that earlier schemas wrote to a store')
    .requiredOption('--store <name>', 'the store')
    .requiredOption('--with <module>', 'its default export is called as (value, { key, timestamp, schema })')
    .option('--execute', 'do it; without, convert every value and write none')
    .option('-o, --output <format>', 'text, json or jsonl', 'text');
  addConfigFlags(command, ['brokers', 'applicationId', 'stateDir', 'logLevel']);
  command.action(async (name: string, options: MigrateOptions) => {
    const config = loadConfig(process.env, configFlags(options));
    const format = outputFormat(options.output);
    const { definition } = await loadTopology(name);
    const convert = await loadConverter(options.with);
    const applicationId = config.applicationId ?? definition.name;
    const opened = await openReset(config, applicationId, toolSurroundings(config, terminal));
    const { store, execute = false } = options;
    const bar = terminal.interactive ? new SingleBar({ format: '  converting [{bar}] {value}/{total} partitions', clearOnComplete: true }) : undefined; // prettier-ignore
    try {
      const migrated = await migrateState({
        client: opened.client,
        applicationId,
        topology: buildTopology(definition),
        store,
        convert,
        execute,
        onProgress(done, total) {
          if (done === 1) bar?.start(total, 0);
          bar?.update(done);
        },
      });
      bar?.stop();
      await printRows(terminal, toRows(migrated), format);
      terminal.error(execute ? 'done\n' : 'nothing was done: say --execute to do it\n');
    } finally {
      bar?.stop();
      await opened.close();
    }
  });
}
