import type { Command } from 'commander';
import { loadConfig } from '../app/config.js';
import { loadTopology } from '../app/load-topology.js';
import { openApplication, type OpenApplication } from '../app/takeover/open-application.js';
import { addConfigFlags, configFlags } from './config-flags.js';
import { toolSurroundings } from './surroundings.js';
import type { Terminal } from './terminal.js';

/** Options of the commands that look at an application on Kafka. */
export interface ApplicationFlags {
  readonly output: string;
  readonly [flag: string]: unknown;
}

export function addApplicationFlags(command: Command): Command {
  command.option('-o, --output <format>', 'text or json', 'text');
  return addConfigFlags(command, ['brokers', 'applicationId', 'logLevel']);
}

/** Opens the application of a topology for some work, and closes it. */
export async function withApplication(
  topology: string,
  flags: ApplicationFlags,
  terminal: Terminal,
  work: (application: OpenApplication) => Promise<void>,
): Promise<void> {
  const config = loadConfig(process.env, configFlags(flags));
  const { definition } = await loadTopology(topology);
  const application = await openApplication(definition, config, toolSurroundings(config, terminal));
  try {
    await work(application);
  } finally {
    await application.close();
  }
}
