import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { loadConfig } from '../app/config.js';
import { openTopics } from '../app/open-topics.js';
import type { OutgoingRecord } from '../app/record-sink.js';
import { addConfigFlags, CALLING, configFlags } from './config-flags.js';
import { toolSurroundings } from './surroundings.js';
import type { Terminal } from './terminal.js';

type ProduceOptions = Readonly<Record<string, string | undefined>>;

/** Lines sent and acknowledged together. */
const LINES_PER_BATCH = 500;

/** `millrace produce TOPIC [FILE|-]`: puts lines into a topic of Kafka or of the running process's embedded log. */
export function addProduceCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('produce <topic> [file]')
    .description('put JSON lines into a topic, of Kafka (--brokers) or of the running process; file -: standard input')
    .option('--key <field>', 'the field whose value is the key; without it records have no key');
  addConfigFlags(command, ['brokers', ...CALLING, 'logLevel']);
  command.action(async (topic: string, file: string | undefined, options: ProduceOptions) => {
    const config = loadConfig(process.env, configFlags(options));
    const sink = await openTopics(config, toolSurroundings(config, terminal));
    try {
      let sent = 0;
      let keyless = 0;
      for await (const batch of batchesOf(file)) {
        const records = batch.map((line) => toRecord(topic, line, options.key));
        keyless += records.filter(({ key }) => key === null).length;
        await sink.send(records);
        sent += records.length;
      }
      terminal.error(`${sent} records sent to ${topic}\n`);
      if (options.key !== undefined && keyless > 0) {
        terminal.error(`${keyless} of them without a key: no JSON object with field "${options.key}"\n`);
      }
    } finally {
      await sink.close();
    }
  });
}

async function* batchesOf(file: string | undefined): AsyncGenerator<string[]> {
  const input = file === undefined || file === '-' ? process.stdin : createReadStream(file);
  let batch: string[] = [];
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line === '') continue;
    if (batch.push(line) < LINES_PER_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The line as it is; its key is the field's value, as text or JSON. */
function toRecord(topic: string, line: string, field: string | undefined): OutgoingRecord {
  const key = field === undefined ? undefined : fieldOf(line, field);
  const text = key === undefined || key === null ? null : typeof key === 'string' ? key : JSON.stringify(key);
  return { topic, key: text === null ? null : Buffer.from(text), value: Buffer.from(line) };
}

function fieldOf(line: string, field: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
  } catch {
    return undefined; // sent as it is: what reads the topic decides about malformed lines
  }
}
