import { resolve } from 'node:path';
import type { Command } from 'commander';
import { buildTopology } from '../app/build-topology.js';
import { loadConfig } from '../app/config.js';
import { loadTopology } from '../app/load-topology.js';
import { openTools } from '../app/open-tools.js';
import { createOuterTopics } from '../app/outer-topics.js';
import { parseSource } from '../app/seed/parse-source.js';
import { seedTarget } from '../app/seed/seed-target.js';
import { seedStore } from '../app/seed/seed-store.js';
import { addConfigFlags, configFlags } from './config-flags.js';
import { toolSurroundings } from './surroundings.js';
import type { Terminal } from './terminal.js';

interface ImportOptions {
  readonly store: string;
  readonly from: string;
  readonly key?: string;
  readonly value?: string;
  readonly timestamp?: string;
  readonly merge?: boolean;
  readonly execute?: boolean;
  readonly [flag: string]: unknown;
}

/** `millrace state import TOPOLOGY --store NAME --from SOURCE`: seeds a store of an application that does not run. */
export function addStateImportCommand(state: Command, terminal: Terminal): void {
  const command = state
    .command('import <topology>')
    .description('put rows into a store of a stopped application: its next start restores them')
    .requiredOption('--store <name>', 'the store')
    .requiredOption(
      '--from <source>',
      'file (.jsonl, .avro, .parquet), topic:NAME, postgres:QUERY (of POSTGRES_URL), or cassandra:QUERY',
    )
    .option('--key <column>', 'what holds the key; default: key')
    .option('--value <column>', 'what holds the value, * for the whole row; default: value')
    .option('--timestamp <column>', 'what holds the time; default: timestamp')
    .option('--merge', 'put the rows over what the store has')
    .option('--execute', 'do it; without, only tell what would be done');
  addConfigFlags(command, ['brokers', 'applicationId', 'stateDir', 'schemaRegistryUrl', 'logLevel']);
  command.action(async (name: string, options: ImportOptions) => {
    const config = loadConfig(process.env, configFlags(options));
    const { definition } = await loadTopology(name);
    const { store, merge = false, execute = false } = options;
    const from = /^(topic|postgres|cassandra):/.test(options.from) ? options.from : resolve(options.from);
    const source = parseSource(from, options);
    const topology = buildTopology(definition);
    const applicationId = config.applicationId ?? definition.name;
    seedTarget(applicationId, topology, store);
    terminal.out(`put ${source.name} into store ${store} of ${applicationId}\n`);
    if (!execute) {
      terminal.error('nothing was done: say --execute to do it\n');
      return;
    }
    const surroundings = toolSurroundings(config, terminal);
    const tools = await openTools(config, surroundings);
    try {
      const { client, schemas } = tools;
      if (tools.embedded) await createOuterTopics(topology, definition.config?.errorPolicies ?? {}, client.admin);
      const request = { applicationId, topology, store, source, merge, schemas };
      const { outcome, rows, resumedAt } = await seedStore(request, { client, ...surroundings });
      if (outcome === 'already') terminal.error(`these ${rows} rows were put there before: nothing to do\n`);
      else terminal.error(`${rows} rows${resumedAt > 0 ? `, ${resumedAt} of them by an earlier attempt` : ''}\n`);
    } finally {
      await tools.close();
    }
  });
}
