import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { loadConfig, type Config, type Flags, type SettingName } from '../app/config.js';
import { loadTopology, type LoadedTopology } from '../app/load-topology.js';
import type { InstanceEndpoints, MillraceApp } from '../app/millrace-app.js';
import { SETTINGS } from '../app/settings.js';
import { startMillrace } from '../app/start-millrace.js';
import { PROCESS_NUMBER, SUPERVISOR_ENDPOINTS } from '../app/supervisor/child-messages.js';
import { endWithSupervisor } from '../app/supervisor/end-with-supervisor.js';
import { reportToSupervisor } from '../app/supervisor/report-to-supervisor.js';
import type { Supervisor } from '../app/supervisor/supervise.js';
import { runUntilStopped, type Ending } from '../app/shutdown.js';
import type { Logger } from '../observability/log.js';
import { noMetrics } from '../observability/metrics.js';
import { createLogger } from '../observability/pino-logger.js';
import { createPrometheusMetrics } from '../observability/prometheus-metrics.js';
import { invalid } from '../util/errors.js';
import { systemRandom } from '../util/random.js';
import { systemClock } from '../util/time.js';
import { addBackfillFlags, backfill, type BackfillFlags } from './backfill.js';
import { bannerOf } from './banner.js';
import type { SetExitCode } from './cli.js';
import { addConfigFlags, configFlags } from './config-flags.js';
import { EXIT, exitCodeOf } from './exit-code.js';
import { addGeneratorFlags, generatorSettings, type GeneratorFlags } from './generator-flags.js';
import { RestoreBar } from './restore-bar.js';
import type { Terminal } from './terminal.js';

interface RunOptions extends GeneratorFlags, BackfillFlags {
  readonly generate?: boolean;
  readonly backfill?: boolean;
  readonly backfillpath?: string;
  readonly processes?: string;
}

/** Most time for a graceful stop. */
const STOP_DEADLINE_MS = 30_000;

/** `millrace run TOPOLOGY...`: runs topologies until a signal comes. */
export function addRunCommand(program: Command, terminal: Terminal, setExitCode: SetExitCode): void {
  const command = program
    .command('run <topologies...>')
    .description('run topologies, by name or path, on Kafka (--brokers) or on the embedded log')
    .option('--generate', 'also make up their input')
    .option('--backfill', 'run one topology over recorded data instead, as `millrace backfill` does')
    .option('--backfillpath <path>', 'with --backfill: where the data is')
    .option('--processes <n>', 'in so many processes behind one gRPC and one HTTP port; needs Kafka');
  addConfigFlags(command);
  addGeneratorFlags(command);
  addBackfillFlags(command);
  command.action(async (names: readonly string[], options: RunOptions) => {
    const number = process.env[PROCESS_NUMBER];
    if (number !== undefined) endWithSupervisor(process);
    const { settings, operands } = generatorSettings(options, names);
    const [unknown] = options.generate ? [] : Object.keys(settings.options ?? {});
    if (unknown !== undefined) {
      throw invalid('INVALID_OPTION', `run has no option "--${unknown}"`, {
        hint: "Options of a topology's generator need --generate; see --help for the others.",
      });
    }
    const flags = configFlags({ ...options });
    const config = loadConfig(process.env, flags);
    if (options.backfill) {
      await backfill(oneOf(operands), pathOf(options), options, config, terminal);
      return;
    }
    const loaded = await Promise.all(operands.map(loadTopology));
    const root = createLogger({ level: config.logLevel, pretty: terminal.interactive, colour: terminal.colour });
    const log = number === undefined ? root : root.child({ process: Number(number) });
    if (options.processes !== undefined) {
      const processes = processesOf(options);
      const supervisor = await startProcesses(processes, operands, flags, { config, topologies: loaded, log });
      await untilStopped(supervisor, log, setExitCode);
      return;
    }
    const bar = new RestoreBar();
    const app = await startMillrace({
      topologies: loaded.map(({ definition }) => definition),
      modules: loaded.map(({ moduleUrl }) => moduleUrl),
      config,
      clock: systemClock,
      random: systemRandom,
      metrics: createPrometheusMetrics(),
      log,
      endpoints: supervisorEndpoints(process.env[SUPERVISOR_ENDPOINTS]),
      restoreListener: (applicationId) => bar.listen(applicationId),
      ...(options.generate && { generate: settings }),
    });
    if (number === undefined) await greet(app, config, terminal, bar);
    else reportToSupervisor(app, process);
    await untilStopped(app, log, setExitCode);
  });
}

/** Where the supervisor of this process answers for it, if it has one. */
function supervisorEndpoints(text: string | undefined): InstanceEndpoints | undefined {
  if (text === undefined) return undefined;
  const [grpc, http] = text.split(' ');
  return { grpc, http };
}

/** @throws MillraceError `INVALID_OPTION` */
function oneOf(topologies: readonly string[]): string {
  const [topology, ...others] = topologies;
  if (topology !== undefined && others.length === 0) return topology;
  throw invalid('INVALID_OPTION', `--backfill goes with one topology, not ${topologies.length}`);
}

/** @throws MillraceError `INVALID_OPTION` */
function pathOf({ backfillpath }: RunOptions): string {
  if (backfillpath !== undefined) return backfillpath;
  throw invalid('INVALID_OPTION', '--backfill needs --backfillpath', {
    hint: 'Give the path that its sources read from.',
  });
}

async function greet(app: MillraceApp, config: Config, terminal: Terminal, bar: RestoreBar): Promise<void> {
  const notice = terminal.interactive ? terminal.out : terminal.error; // standard output is the log's, if it is a pipe
  notice(bannerOf(app, config, terminal));
  if (terminal.interactive) await bar.show();
}

async function untilStopped(
  app: Pick<MillraceApp, 'failed' | 'close'>,
  log: Logger,
  setExitCode: SetExitCode,
): Promise<void> {
  const ending = await runUntilStopped(app, { signals: process, deadlineMs: STOP_DEADLINE_MS, log });
  setExitCode(exitCodeOfEnding(ending));
  if (ending.reason === 'forced') process.exit(EXIT.failed);
}

/** @throws MillraceError `INVALID_OPTION` */
function processesOf({ processes = '', generate }: RunOptions): number {
  if (!/^[1-9]\d{0,2}$/.test(processes)) {
    throw invalid('INVALID_OPTION', `option --processes is "${processes}"`, { hint: 'It is a number from 1 to 999.' });
  }
  if (generate !== true) return Number(processes);
  throw invalid('INVALID_OPTION', '--generate goes with one process', {
    hint: 'Feed the topics of several with `millrace generate TOPOLOGY --brokers ...`.',
  });
}

/** The processes get what this command was given: its environment, and its flags as variables. */
async function startProcesses(
  processes: number,
  names: readonly string[],
  flags: Flags,
  { config, topologies, log }: { config: Config; topologies: readonly LoadedTopology[]; log: Logger },
): Promise<Supervisor> {
  const { supervise } = await import('../app/supervisor/supervise.js');
  const given = Object.entries(flags).map(([name, value]) => [SETTINGS[name as SettingName].env, value] as const); // as: what Flags are keyed by
  return supervise({
    ...{ processes, config, log, clock: systemClock, random: systemRandom, metrics: noMetrics },
    topologies: topologies.map(({ definition }) => definition),
    module: fileURLToPath(new URL('./main.js', import.meta.url)),
    args: ['run', ...names],
    env: { ...process.env, ...Object.fromEntries(given) },
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
