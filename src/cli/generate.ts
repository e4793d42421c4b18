import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { loadConfig } from '../app/config.js';
import { generatorsOf, recordsOf, runGenerators, type GeneratorSettings } from '../app/generator-runs.js';
import { loadTopology } from '../app/load-topology.js';
import { openTopics } from '../app/open-topics.js';
import type { TopologyDefinition } from '../app/define-topology.js';
import { invalid } from '../util/errors.js';
import { systemClock } from '../util/time.js';
import { addConfigFlags, CALLING, configFlags } from './config-flags.js';
import { addGeneratorFlags, generatorSettings } from './generator-flags.js';
import { toolSurroundings } from './surroundings.js';
import type { Terminal } from './terminal.js';
import { untilInterrupted } from './until-interrupted.js';

type GenerateOptions = Readonly<Record<string, string | undefined>>;

/** `millrace generate TOPOLOGY`: makes up input, into a file, Kafka, or the running process's embedded log. */
export function addGenerateCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('generate <topology>')
    .description("make up a topology's input: into a file, Kafka (--brokers), or the running process");
  addGeneratorFlags(command).option('--out <file>', 'write JSON lines there instead; -: standard output');
  addConfigFlags(command, ['brokers', ...CALLING, 'logLevel']);
  command.action(async (name: string, options: GenerateOptions) => {
    const { definition } = await loadTopology(name);
    const { settings } = generatorSettings(options, command.args.slice(1));
    if (options.out === undefined) await feedTopics(definition, settings, options, terminal);
    else await writeFile(definition, settings, options.out);
  });
}

async function feedTopics(
  definition: TopologyDefinition,
  settings: GeneratorSettings,
  options: GenerateOptions,
  terminal: Terminal,
): Promise<void> {
  const config = loadConfig(process.env, configFlags(options));
  const surroundings = toolSurroundings(config, terminal);
  await untilInterrupted(async (signal) => {
    const sink = await openTopics(config, surroundings);
    try {
      const sent = await runGenerators(definition, settings, { ...surroundings, sink, signal });
      terminal.error(`${sent} records sent\n`);
    } finally {
      await sink.close();
    }
  });
}

async function writeFile(definition: TopologyDefinition, settings: GeneratorSettings, out: string): Promise<void> {
  if (settings.count === undefined) {
    throw invalid('INVALID_OPTION', 'option --out needs --count', {
      hint: 'Say how many records the file shall have.',
    });
  }
  const lines = Readable.from(linesOf(definition, settings));
  if (out === '-') await pipeline(lines, process.stdout, { end: false });
  else await pipeline(lines, createWriteStream(out));
}

/** A topology with one input topic: its values. With several: topic, key and value. */
function* linesOf(definition: TopologyDefinition, settings: GeneratorSettings): Generator<string> {
  const generators = generatorsOf(definition);
  const several = new Set(generators.flatMap(({ topics }) => topics)).size > 1;
  for (const generator of generators) {
    for (const record of recordsOf(generator, settings, systemClock.nowMs())) {
      const { value } = record;
      yield several || typeof value !== 'string' ? `${JSON.stringify(several ? record : value)}\n` : `${value}\n`;
    }
  }
}
