import type { Command } from 'commander';
import { loadConfig } from '../app/config.js';
import { createQueryClient } from '../query/client/query-client.js';
import type { Timestamp } from '../query/gen/google/protobuf/timestamp.js';
import {
  WatchRequest,
  type Change,
  type Cursor,
  type WatchResponse,
} from '../query/gen/millrace/query/v1/state_query_service.js';
import { fromTimestamp } from '../query/timestamps.js';
import { invalid } from '../util/errors.js';
import { systemClock } from '../util/time.js';
import type { Terminal } from './terminal.js';
import { untilInterrupted } from './until-interrupted.js';

interface WatchOptions {
  readonly json?: boolean;
  readonly application?: string;
  readonly address?: string;
  readonly key?: string;
  readonly jsonKey?: boolean;
  readonly prefix?: string;
  readonly snapshot: boolean;
  readonly resume?: string;
}

/** `millrace query watch`: prints what a store holds, then its committed changes as they come, until it is interrupted. */
export function addQueryWatchCommand(query: Command, terminal: Terminal): void {
  query
    .command('watch <store>')
    .description('the content of a store, then its changes as they are committed')
    .option('--json', 'a JSON object per line, with the cursor to resume from')
    .option('--application <id>', 'needed where two applications have a store of that name')
    .option('--address <host:port>', 'gRPC server; default HOST and GRPC_PORT')
    .option('--key <key>', 'only this key')
    .option('--json-key', 'the key is JSON, not text')
    .option('--prefix <text>', 'only keys that start so')
    .option('--no-snapshot', 'changes only')
    .option('--resume <cursor>', 'go on after this cursor, which an earlier watch has printed')
    .action((store: string, options: WatchOptions) => watch(store, options, terminal));
}

async function watch(store: string, options: WatchOptions, terminal: Terminal): Promise<void> {
  const { host, grpcPort } = loadConfig(process.env);
  const address = options.address ?? `${host === '0.0.0.0' ? '127.0.0.1' : host}:${grpcPort}`;
  const client = createQueryClient({ address, clock: systemClock });
  let request = toRequest(store, options);
  try {
    await untilInterrupted(async (signal) => {
      for (let goesOn = true; goesOn;) {
        goesOn = false;
        for await (const response of client.watch(request, { signal })) {
          request = { ...request, resumeFrom: response.cursor };
          goesOn = response.event?.$case === 'overflow'; // nothing is lost: it goes on where it was
          print(terminal, response, options.json ?? false);
        }
      }
    });
  } finally {
    client.close();
    if (!options.json && request.resumeFrom) terminal.error(`to go on: --resume ${textOf(request.resumeFrom)}\n`);
  }
}

function toRequest(store: string, options: WatchOptions): WatchRequest {
  const { application = '', key, jsonKey, prefix = '', snapshot, resume } = options;
  return WatchRequest.create({
    ...{ application, store, prefix, snapshot },
    key: key !== undefined && jsonKey ? parsed(key) : key,
    resumeFrom: resume === undefined ? undefined : { token: Buffer.from(resume, 'base64url') },
  });
}

function parsed(key: string): unknown {
  try {
    return JSON.parse(key);
  } catch (error) {
    throw invalid('INVALID_OPTION', `the key ${key} is not JSON`, { cause: error });
  }
}

function print(terminal: Terminal, { event, cursor }: WatchResponse, json: boolean): void {
  if (json) terminal.out(`${JSON.stringify({ ...described(event), cursor: cursor && textOf(cursor) })}\n`);
  else if (event?.$case === 'change') terminal.out(line(event.value));
  else if (event?.$case === 'overflow') terminal.error(`${event.value.dropped} changes were too many at once\n`);
}

/** An event as an object: the change, or its own name. */
function described(event: WatchResponse['event']): object {
  switch (event?.$case) {
    case 'change':
      return { event: 'change', ...changed(event.value) };
    case 'overflow':
      return { event: 'overflow', dropped: event.value.dropped };
    case 'snapshotEnd':
      return { event: 'snapshot-end' };
    default:
      return {};
  }
}

function changed({ record, windowStart, windowEnd, deleted }: Change): object {
  return {
    key: record?.key as unknown,
    ...(windowStart && { window_start: isoOf(windowStart) }),
    ...(windowEnd && { window_end: isoOf(windowEnd) }),
    ...(deleted ? { deleted } : { value: record?.value as unknown }),
    ...(record?.timestamp && { timestamp: isoOf(record.timestamp) }),
  };
}

/** Key, window if there is one, and value; a key that is gone has a minus before it. */
function line({ record, windowStart, windowEnd, deleted }: Change): string {
  const key = shown(record?.key);
  const window = windowStart ? ` [${isoOf(windowStart)}, ${windowEnd ? isoOf(windowEnd) : ''})` : '';
  return deleted ? `- ${key}${window}\n` : `  ${key}${window}  ${shown(record?.value)}\n`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isoOf(timestamp: Timestamp): string {
  return new Date(fromTimestamp(timestamp, 0)).toISOString();
}

function textOf({ token }: Cursor): string {
  return token.toString('base64url');
}
