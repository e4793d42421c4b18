import type { Command } from 'commander';
import type { Surroundings } from '../app/broker.js';
import { buildTopology } from '../app/build-topology.js';
import { loadConfig } from '../app/config.js';
import { loadTopology } from '../app/load-topology.js';
import { openSchemas, servedRegistry } from '../app/schema-registry.js';
import { checkSchemas, isMisfit } from '../app/schemas/check-schemas.js';
import { diffSchemas, type SubjectDifferences } from '../app/schemas/diff-schemas.js';
import { planSchemas, type SchemaPlan } from '../app/schemas/plan-schemas.js';
import { registerSchemas } from '../app/schemas/register-schemas.js';
import type { SchemaRegistry } from '../serde/registry/schema-registry.js';
import { invalid } from '../util/errors.js';
import { addConfigFlags, CALLING, configFlags } from './config-flags.js';
import { outputFormat, printRows, toRows, type OutputFormat } from './output.js';
import { toolSurroundings } from './surroundings.js';
import type { Terminal } from './terminal.js';

interface SchemaOptions {
  readonly output: string;
  readonly execute?: boolean;
  readonly [flag: string]: unknown;
}

/** What is compared, and how it is told. */
interface Schemas {
  readonly plan: SchemaPlan;
  readonly registry: SchemaRegistry;
  readonly surroundings: Surroundings;
  readonly format: OutputFormat;
  readonly execute: boolean;
  readonly terminal: Terminal;
}

type Work = (schemas: Schemas) => Promise<void>;

/** `millrace schema`: compares the schemas of a topology with those of the registry, and registers them. */
export function addSchemaCommand(program: Command, terminal: Terminal): void {
  const schema = program.command('schema').description('schemas of a topology in the registry: check, register, diff');
  const add = (usage: string, description: string, work: Work): Command =>
    addWork(schema.command(usage).description(description), terminal, work);
  add('check <topology>', 'whether the registry has them, and whether they fit', check);
  add('register <topology>', 'register those that the registry does not have', register).option(
    '--execute',
    'do it; without, only tell what would be done',
  );
  add('diff <topology>', 'in what they differ from the latest in the registry', diff);
}

function addWork(command: Command, terminal: Terminal, work: Work): Command {
  command.option('-o, --output <format>', 'text, json or jsonl', 'text');
  addConfigFlags(command, ['applicationId', 'schemaRegistryUrl', 'brokers', ...CALLING, 'logLevel']);
  return command.action(async (name: string, options: SchemaOptions) => {
    const config = loadConfig(process.env, configFlags(options));
    const format = outputFormat(options.output);
    const { definition } = await loadTopology(name);
    const surroundings = toolSurroundings(config, terminal);
    const schemas = openSchemas(servedRegistry(config), surroundings);
    if (schemas === undefined) throw noRegistry();
    const { registry } = schemas;
    try {
      const applicationId = config.applicationId ?? definition.name;
      const topology = buildTopology(definition);
      const plan = await planSchemas({ applicationId, topology, registry, surroundings });
      if (plan.written.length + plan.read.length === 0) terminal.error(`"${name}" has no schema in a registry\n`);
      await work({ plan, registry, surroundings, format, execute: options.execute ?? false, terminal });
    } finally {
      await schemas.close();
    }
  });
}

async function check({ plan, registry, format, terminal }: Schemas): Promise<void> {
  const rows = await checkSchemas(plan, registry);
  await printRows(terminal, toRows(rows), format);
  refuse(rows.filter(isMisfit).length, registry);
}

/** All or nothing, as far as the registry can tell beforehand. */
async function register({ plan, registry, format, execute, terminal }: Schemas): Promise<void> {
  const rows = await checkSchemas(plan, registry);
  const incompatible = rows.filter(({ verdict }) => verdict === 'incompatible');
  if (incompatible.length > 0) {
    await printRows(terminal, toRows(incompatible), format);
    refuse(incompatible.length, registry);
  }
  const registered = await registerSchemas(plan, registry, execute);
  await printRows(terminal, toRows(registered), format);
  if (registered.length === 0) terminal.error('nothing to register\n');
  else if (!execute) terminal.error('nothing was done: say --execute to do it\n');
}

async function diff({ plan, registry, surroundings, format, terminal }: Schemas): Promise<void> {
  const subjects = await diffSchemas(plan, registry, surroundings);
  if (format === 'text') terminal.out(subjects.map(differencesText).join(''));
  else await printRows(terminal, toRows(subjects), format);
}

function differencesText({ subject, version, differences }: SubjectDifferences): string {
  if (version === null) return `${subject}: not in the registry\n`;
  if (differences.length === 0) return `${subject}: as version ${version}\n`;
  const lines = differences.map(({ path, change, from, to }) => {
    const sides = [from, to].filter((side) => side !== null).join(' -> ');
    return `  ${[path, change, sides].filter((part) => part !== '').join(': ')}\n`;
  });
  return `${subject}: other than version ${version}\n${lines.join('')}`;
}

function refuse(misfits: number, { name }: SchemaRegistry): void {
  if (misfits === 0) return;
  throw invalid('SCHEMAS_REFUSED', `${misfits} of the above ${misfits === 1 ? 'does' : 'do'} not fit ${name}`, {
    hint: 'See what differs with `millrace schema diff`; register what is missing with `millrace schema register`.',
  });
}

function noRegistry(): Error {
  return invalid('SCHEMA_REGISTRY_MISSING', 'there is no schema registry to compare with', {
    hint: 'Set SCHEMA_REGISTRY_URL, or give --schema-registry-url.',
  });
}
