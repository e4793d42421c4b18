import type { Command } from 'commander';
import { loadConfig } from '../app/config.js';
import { loadTopology } from '../app/load-topology.js';
import { startMillrace } from '../app/start-millrace.js';
import { runUntilStopped, type Ending } from '../app/shutdown.js';
import { createLogger } from '../observability/pino-logger.js';
import { createPrometheusMetrics } from '../observability/prometheus-metrics.js';
import { invalid } from '../util/errors.js';
import { systemRandom } from '../util/random.js';
import { systemClock } from '../util/time.js';
import { bannerOf } from './banner.js';
import type { SetExitCode } from './cli.js';
import { addConfigFlags, configFlags } from './config-flags.js';
import { EXIT, exitCodeOf } from './exit-code.js';
import { addGeneratorFlags, generatorSettings, type GeneratorFlags } from './generator-flags.js';
import { showRestore } from './restore-bar.js';
import type { Terminal } from './terminal.js';

interface RunOptions extends GeneratorFlags {
  readonly generate?: boolean;
}

/** Most time for a graceful stop. */
const STOP_DEADLINE_MS = 30_000;

/** `millrace run TOPOLOGY...`: runs topologies until a signal comes. */
export function addRunCommand(program: Command, terminal: Terminal, setExitCode: SetExitCode): void {
  const command = program
    .command('run <topologies...>')
    .description('run topologies, by name or path, on Kafka (--brokers) or on the embedded log')
    .option('--generate', 'also make up their input');
  addConfigFlags(command);
  addGeneratorFlags(command);
  command.action(async (names: readonly string[], options: RunOptions) => {
    const { settings, operands } = generatorSettings(options, names);
    const [unknown] = options.generate ? [] : Object.keys(settings.options ?? {});
    if (unknown !== undefined) {
      throw invalid('INVALID_OPTION', `run has no option "--${unknown}"`, {
        hint: "Options of a topology's generator need --generate; see --help for the others.",
      });
    }
    const config = loadConfig(process.env, configFlags({ ...options }));
    const loaded = await Promise.all(operands.map(loadTopology));
    const log = createLogger({ level: config.logLevel, pretty: terminal.interactive, colour: terminal.colour });
    const app = await startMillrace({
      topologies: loaded.map(({ definition }) => definition),
      modules: loaded.map(({ moduleUrl }) => moduleUrl),
      config,
      clock: systemClock,
      random: systemRandom,
      metrics: createPrometheusMetrics(),
      log,
      ...(options.generate && { generate: settings }),
    });
    const notice = terminal.interactive ? terminal.out : terminal.error; // standard output is the log's, if it is a pipe
    notice(bannerOf(app, config, terminal));
    if (terminal.interactive) showRestore(app.applications);
    const ending = await runUntilStopped(app, { signals: process, deadlineMs: STOP_DEADLINE_MS, log });
    setExitCode(exitCodeOfEnding(ending));
    if (ending.reason === 'forced') process.exit(EXIT.failed);
  });
}

function exitCodeOfEnding(ending: Ending): number {
  switch (ending.reason) {
    case 'signal':
      return ending.inTime ? EXIT.done : EXIT.timedOut;
    case 'forced':
      return EXIT.failed;
    case 'failure':
      return exitCodeOf(ending.error);
  }
}
