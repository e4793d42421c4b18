import type { Surroundings } from '../app/broker.js';
import type { Config } from '../app/config.js';
import { noMetrics } from '../observability/metrics.js';
import { createLogger } from '../observability/pino-logger.js';
import { systemRandom } from '../util/random.js';
import { systemClock } from '../util/time.js';
import type { Terminal } from './terminal.js';

/** What a command that runs no topology gives to what it opens. It logs to standard error: standard output is its answer's. */
export function toolSurroundings({ logLevel }: Config, terminal: Terminal): Surroundings {
  const { interactive: pretty, colour } = terminal;
  const log = createLogger({ level: logLevel, pretty, colour, destination: process.stderr });
  return { clock: systemClock, random: systemRandom, metrics: noMetrics, log };
}
