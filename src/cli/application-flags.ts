import type { Command } from 'commander';
import { loadConfig } from '../app/config.js';
import { loadTopology } from '../app/load-topology.js';
import { openApplication, type OpenApplication } from '../app/takeover/open-application.js';
import { noMetrics } from '../observability/metrics.js';
import { createLogger } from '../observability/pino-logger.js';
import { systemRandom } from '../util/random.js';
import { systemClock } from '../util/time.js';
import { addConfigFlags, configFlags } from './config-flags.js';
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
  const log = createLogger({ level: config.logLevel, pretty: terminal.interactive, colour: terminal.colour });
  const surroundings = { clock: systemClock, random: systemRandom, metrics: noMetrics, log };
  const application = await openApplication(definition, config, surroundings);
  try {
    await work(application);
  } finally {
    await application.close();
  }
}
