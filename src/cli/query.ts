import type { Command } from 'commander';
import { clientAccessOf } from '../app/access/client-access-of.js';
import { loadConfig } from '../app/config.js';
import { createQueryClient, type QueryClient } from '../query/client/query-client.js';
import type { Timestamp } from '../query/gen/google/protobuf/timestamp.js';
import type { Record as RecordMessage, Window } from '../query/gen/millrace/query/v1/record.js';
import {
  FetchSessionsRequest,
  FetchWindowsRequest,
  GetRequest,
  ListVersionsRequest,
  RangeRequest,
  StoreKind,
  type StoreInfo,
} from '../query/gen/millrace/query/v1/state_query_service.js';
import { Isolation } from '../query/gen/millrace/query/v1/read_options.js';
import { fromTimestamp, toTimestamp } from '../query/timestamps.js';
import { invalid } from '../util/errors.js';
import { systemClock } from '../util/time.js';
import { addConfigFlags, CALLER, configFlags } from './config-flags.js';
import { outputFormat, printRows, type Row } from './output.js';
import { addQueryWatchCommand } from './query-watch.js';
import type { Terminal } from './terminal.js';

interface QueryOptions {
  readonly output: string;
  readonly application?: string;
  readonly address?: string;
  readonly timeoutMs: string;
  readonly jsonKey?: boolean;
  readonly uncommitted?: boolean;
  readonly limit?: string;
  readonly reverse?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly asOf?: string;
  readonly prefix?: string;
}

type Ask = (client: QueryClient, options: QueryOptions) => AsyncIterable<Row>;

/** `millrace query get|range|windows|sessions|versions|stores|watch`: reads the state of a running process over gRPC. */
export function addQueryCommand(program: Command, terminal: Terminal): void {
  const query = program.command('query').description('read the state of a running process');
  const command = (syntax: string, description: string): Command =>
    addConfigFlags(
      query
        .command(syntax)
        .description(description)
        .option('-o, --output <format>', 'text, json or jsonl', 'text')
        .option('--application <id>', 'needed where two applications have a store of that name')
        .option('--address <host:port>', 'gRPC server; default HOST and GRPC_PORT')
        .option('--timeout-ms <ms>', 'milliseconds until the call is given up', '10000')
        .option('--uncommitted', 'also what is not committed yet'),
      CALLER,
    );
  const run = (options: QueryOptions, ask: Ask): Promise<void> => answer(terminal, options, ask);

  command('stores', 'the stores').action((options: QueryOptions) => run(options, stores));
  command('get <store> <key>', 'the value of one key')
    .option('--json-key', 'the key is JSON, not text')
    .option(
      '--as-of <time>',
      'of a versioned store, what was valid then: milliseconds or ISO 8601; default: the latest',
    )
    .action((store: string, key: string, options: QueryOptions) => run(options, get(store, key)));
  command('range <store>', 'the keys of a store, in order')
    .option('--json-key', 'keys are JSON, not text')
    .option('--from <key>', 'first key')
    .option('--to <key>', 'last key')
    .option('--prefix <text>', 'only keys that start so')
    .option('--limit <n>', 'most records')
    .option('--reverse', 'descending')
    .action((store: string, options: QueryOptions) => run(options, range(store)));
  command('windows <store> [key]', 'the windows of one key, or of all')
    .option('--json-key', 'the key is JSON, not text')
    .option('--from <time>', 'earliest start: milliseconds or ISO 8601')
    .option('--to <time>', 'latest start: milliseconds or ISO 8601')
    .option('--limit <n>', 'most windows')
    .option('--reverse', 'newest first; needs a key')
    .action((store: string, key: string | undefined, options: QueryOptions) => run(options, windows(store, key)));
  command('sessions <store> <key>', 'the sessions of one key')
    .option('--json-key', 'the key is JSON, not text')
    .option('--from <time>', 'earliest end: milliseconds or ISO 8601')
    .option('--to <time>', 'latest start: milliseconds or ISO 8601')
    .option('--limit <n>', 'most sessions')
    .action((store: string, key: string, options: QueryOptions) => run(options, sessions(store, key)));
  addQueryWatchCommand(query, terminal);
  command('versions <store> <key>', 'what one key was, and is, oldest first')
    .option('--json-key', 'the key is JSON, not text')
    .option('--from <time>', 'valid then or later: milliseconds or ISO 8601')
    .option('--to <time>', 'valid then or earlier: milliseconds or ISO 8601')
    .option('--limit <n>', 'most versions')
    .action((store: string, key: string, options: QueryOptions) => run(options, versions(store, key)));
}

async function answer(terminal: Terminal, options: QueryOptions, ask: Ask): Promise<void> {
  const format = outputFormat(options.output);
  const config = loadConfig(process.env, configFlags({ ...options }));
  const { host, grpcPort } = config;
  const address = options.address ?? `${host === '0.0.0.0' ? '127.0.0.1' : host}:${grpcPort}`;
  const client = createQueryClient({ address, access: clientAccessOf(config), timeoutMs: numberOf(options.timeoutMs, '--timeout-ms'), clock: systemClock }); // prettier-ignore
  try {
    await printRows(terminal, ask(client, options), format);
  } finally {
    client.close();
  }
}

const stores: Ask = async function* (client, { application = '' }) {
  for (const store of (await client.listStores({ application })).stores) yield storeRow(store);
};

function get(store: string, key: string): Ask {
  return async function* (client, options) {
    const asOf = timestampOf(options.asOf, '--as-of');
    const request = GetRequest.create({ ...common(store, options), key: keyOf(key, options), asOf });
    const { record } = await client.get(request);
    if (record) yield recordRow(record);
  };
}

function range(store: string): Ask {
  return async function* (client, options) {
    const { prefix = '', reverse = false } = options;
    const request = RangeRequest.create({
      ...common(store, options),
      from: options.from === undefined ? undefined : keyOf(options.from, options),
      to: options.to === undefined ? undefined : keyOf(options.to, options),
      prefix,
      reverse,
      limit: limitOf(options),
    });
    for await (const { records } of client.range(request)) yield* records.map(recordRow);
  };
}

function windows(store: string, key: string | undefined): Ask {
  return async function* (client, options) {
    const request = FetchWindowsRequest.create({
      ...common(store, options),
      ...timesOf(options),
      key: key === undefined ? undefined : keyOf(key, options),
      reverse: options.reverse ?? false,
      limit: limitOf(options),
    });
    for await (const { windows: found } of client.fetchWindows(request)) yield* found.map(windowRow);
  };
}

function sessions(store: string, key: string): Ask {
  return async function* (client, options) {
    const request = FetchSessionsRequest.create({
      ...common(store, options),
      ...timesOf(options),
      key: keyOf(key, options),
      limit: limitOf(options),
    });
    for await (const { sessions: found } of client.fetchSessions(request)) yield* found.map(windowRow);
  };
}

function versions(store: string, key: string): Ask {
  return async function* (client, options) {
    const request = ListVersionsRequest.create({
      ...common(store, options),
      ...timesOf(options),
      key: keyOf(key, options),
      limit: limitOf(options),
    });
    for await (const { versions: found } of client.listVersions(request)) yield* found.map(versionRow);
  };
}

function common(store: string, { application = '', uncommitted }: QueryOptions) {
  const isolation = uncommitted ? Isolation.ISOLATION_READ_UNCOMMITTED : Isolation.ISOLATION_READ_COMMITTED;
  return { store, application, options: { isolation, minPosition: undefined, maxStaleness: undefined, raw: false } };
}

function timesOf({ from, to }: QueryOptions) {
  return { timeFrom: timestampOf(from, '--from'), timeTo: timestampOf(to, '--to') };
}

/** 0: no limit. */
function limitOf({ limit }: QueryOptions): number {
  return limit === undefined ? 0 : numberOf(limit, '--limit');
}

function storeRow({ application, name, kind, keySerde, valueSerde, persistent }: StoreInfo): Row {
  const kindName = StoreKind[kind].replace('STORE_KIND_', '').toLowerCase();
  return { application, name, kind: kindName, key: keySerde, value: valueSerde, persistent };
}

function recordRow({ key, value, timestamp }: RecordMessage): Row {
  return { key: key as unknown, value: value as unknown, ...(timestamp && { timestamp: isoOf(timestamp) }) };
}

/** The latest version has no end. */
function versionRow({ key, value, timestamp, validTo }: RecordMessage): Row {
  return {
    key: key as unknown,
    valid_from: isoOf(timestamp),
    valid_to: validTo === undefined ? null : isoOf(validTo),
    value: value as unknown,
  };
}

function windowRow({ record, windowStart, windowEnd }: Window): Row {
  return {
    key: record?.key as unknown,
    window_start: isoOf(windowStart),
    window_end: isoOf(windowEnd),
    value: record?.value as unknown,
  };
}

function keyOf(text: string, { jsonKey }: QueryOptions): unknown {
  if (!jsonKey) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw invalid('INVALID_OPTION', `the key ${text} is not JSON`, { cause: error });
  }
}

function numberOf(text: string, option: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw invalid('INVALID_OPTION', `${option} is "${text}", not a whole number`);
}

function timestampOf(text: string | undefined, option: string): Timestamp | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (ms >= 0) return toTimestamp(ms);
  throw invalid('INVALID_OPTION', `${option} is "${text}", neither milliseconds nor ISO 8601 from 1970 on`);
}

function isoOf(timestamp: Timestamp | undefined): string {
  return new Date(fromTimestamp(timestamp, 0)).toISOString();
}
