import type { Command } from 'commander';
import { loadConfig } from '../app/config.js';
import { remoteQueries } from '../query/client/remote-queries.js';
import type { GetMetricsResponse } from '../query/gen/millrace/query/v1/topology_service.js';
import type { TopologyQueries } from '../query/topology-queries.js';
import { messageOf } from '../util/errors.js';
import { systemClock } from '../util/time.js';
import type { Terminal } from './terminal.js';
import { Screen, systemStreams } from './top/screen.js';
import { topSnapshot } from './top/top-snapshot.js';
import { ORDERS, topText, type Order } from './top/top-text.js';
import { untilInterrupted } from './until-interrupted.js';

const INTERVAL_MS = 1_000;
const QUIT = new Set(['q', '\u0003']); // and Ctrl-C, which is a key while keys are read
const KEYS = Object.entries(ORDERS).map(([key, { title }]) => `${key} ${title}`);

interface TopOptions {
  readonly address?: string;
  readonly application?: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

type Ask = () => Promise<GetMetricsResponse>;

/** `millrace top`: what a running application does, drawn anew each second. */
export function addTopCommand(program: Command, terminal: Terminal): void {
  program
    .command('top')
    .description('what runs now, each second: instances, rates and latencies of nodes, stores; q quits')
    .option('--address <host:port>', 'gRPC server; default HOST and GRPC_PORT')
    .option('--application <id>', 'only this one; default: all that run there')
    .option('--once', 'one look, and no more')
    .option('--json', 'a JSON document a line')
    .action(async ({ address = defaultAddress(), application = '', ...options }: TopOptions) => {
      const remote = remoteQueries(address, systemClock);
      try {
        await top(terminal, asking(remote.queries, application), address, options);
      } finally {
        remote.close();
      }
    });
}

function defaultAddress(): string {
  const { host, grpcPort } = loadConfig(process.env);
  return `${host === '0.0.0.0' ? '127.0.0.1' : host}:${grpcPort}`;
}

function asking({ getMetrics }: Pick<TopologyQueries, 'getMetrics'>, application: string): Ask {
  return () => getMetrics({ application });
}

async function top(terminal: Terminal, ask: Ask, address: string, { once, json }: TopOptions): Promise<void> {
  const text = json === true ? jsonLine : (...looks: Looks) => topText(terminal, topSnapshot(...looks), 'r');
  if (once === true) terminal.out(text(await ask(), undefined));
  else if (json === true || !terminal.interactive)
    await untilInterrupted((signal) => print(terminal, ask, text, signal));
  else await untilInterrupted((signal) => show(terminal, ask, address, signal));
}

type Looks = readonly [now: GetMetricsResponse, before: GetMetricsResponse | undefined];

function jsonLine(...[now, before]: Looks): string {
  return `${JSON.stringify(topSnapshot(now, before))}\n`;
}

/** A text for each look, one after the other. */
async function print(
  terminal: Terminal,
  ask: Ask,
  text: (...looks: Looks) => string,
  signal: AbortSignal,
): Promise<void> {
  let before: GetMetricsResponse | undefined;
  while (!signal.aborted) {
    const now = await ask();
    terminal.out(text(now, before));
    before = now;
    await systemClock.sleep(INTERVAL_MS, signal);
  }
}

/** A screen that is drawn anew at each look and each key, also while nothing answers. */
async function show(terminal: Terminal, ask: Ask, address: string, interrupted: AbortSignal): Promise<void> {
  let order: Order = 'r';
  let looks: Looks | undefined;
  let failure = '';
  const quit = new AbortController();
  const signal = AbortSignal.any([interrupted, quit.signal]);
  const draw = (): void => {
    const head = `${address}  sorted by ${ORDERS[order].title}  (${KEYS.join(', ')}, q quit)\n${failure}\n`;
    screen.draw(head + (looks ? topText(terminal, topSnapshot(...looks), order) : ''));
  };
  const screen = new Screen(terminal, systemStreams, (key) => {
    if (QUIT.has(key)) quit.abort();
    if (Object.hasOwn(ORDERS, key)) order = key as Order; // as: it is one of their keys
    draw();
  });
  try {
    while (!signal.aborted) {
      try {
        looks = [await ask(), looks?.[0]];
        failure = '';
      } catch (error) {
        failure = `nothing answers, trying again: ${messageOf(error)}`;
      }
      draw();
      await systemClock.sleep(INTERVAL_MS, signal);
    }
  } finally {
    screen.close();
  }
}
