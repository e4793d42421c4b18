import type { Command } from 'commander';
import { buildTopology } from '../app/build-topology.js';
import { loadConfig } from '../app/config.js';
import { loadTopology } from '../app/load-topology.js';
import { openExport } from '../app/state-export/open-export.js';
import { EXPORT_FORMATS, writeExport, type ExportFormat } from '../app/state-export/write-export.js';
import { invalid } from '../util/errors.js';
import { addConfigFlags, CALLING, configFlags } from './config-flags.js';
import { toolSurroundings } from './surroundings.js';
import type { Terminal } from './terminal.js';

interface ExportOptions {
  readonly store: string;
  readonly to: string;
  readonly format?: string;
  readonly raw?: boolean;
  readonly [flag: string]: unknown;
}

/** `millrace state export TOPOLOGY --store NAME --to FILE`: the rows of a store, of the whole application. */
export function addStateExportCommand(state: Command, terminal: Terminal): void {
  const command = state
    .command('export <topology>')
    .description(
      'write the rows of a store, as its changelog has them, to a file: of a running application or a stopped one',
    )
    .requiredOption('--store <name>', 'the store')
    .requiredOption('--to <file>', 'where to; it is there whole, or not at all')
    .option('--format <name>', 'jsonl, avro or parquet; default: as the file is called, else jsonl')
    .option('--raw', "keys and values as the store's serdes write them, in base64");
  addConfigFlags(command, ['brokers', 'applicationId', 'stateDir', ...CALLING, 'logLevel']);
  command.action(async (name: string, options: ExportOptions) => {
    const config = loadConfig(process.env, configFlags(options));
    const format = formatOf(options);
    const { definition } = await loadTopology(name);
    const applicationId = config.applicationId ?? definition.name;
    const { store, to, raw = false } = options;
    const request = { applicationId, topology: buildTopology(definition), store, raw };
    const opened = await openExport(config, request, toolSurroundings(config, terminal));
    try {
      const rows = await writeExport(opened.rows, to, format);
      terminal.error(`${rows} rows\n`);
    } finally {
      await opened.close();
    }
  });
}

function formatOf({ format, to }: ExportOptions): ExportFormat {
  const named = format ?? EXPORT_FORMATS.find((each) => to.endsWith(`.${each}`)) ?? 'jsonl';
  const found = EXPORT_FORMATS.find((each) => each === named);
  if (found !== undefined) return found;
  throw invalid('INVALID_OPTION', `option --format is "${named}"`, { hint: `It is ${EXPORT_FORMATS.join(', ')}.` });
}
