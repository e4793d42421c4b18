import { status, type ServiceError } from '@grpc/grpc-js';
import { silentLogger, type Logger } from '../../../src/observability/log.js';
import { noMetrics, type Metrics } from '../../../src/observability/metrics.js';
import { OPEN, type ServerLimits, type ServerProtection } from '../../../src/query/access/protection.js';
import { channelArguments, type ClientAccess } from '../../../src/query/client/client-access.js';
import { ErrorInfo } from '../../../src/query/gen/google/rpc/error_details.js';
import { Status } from '../../../src/query/gen/google/rpc/status.js';
import { StateQueryServiceClient } from '../../../src/query/gen/millrace/query/v1/state_query_service.js';
import { createLocalStateQueries } from '../../../src/query/local-state-queries.js';
import { startQueryServer, type QueryServer } from '../../../src/query/server/query-server.js';
import { StoreCatalog } from '../../../src/query/store-catalog.js';
import { createTopologyQueries } from '../../../src/query/topology-queries.js';
import { systemClock, type Clock } from '../../../src/util/time.js';
import { ManualClock } from '../manual-clock.js';
import { nothingRunning } from '../nothing-running.js';
import { ReadableFixture } from '../readable-application.js';

export interface BankOptions {
  readonly protection?: Partial<Omit<ServerProtection, 'limits'>>;
  readonly limits?: Partial<ServerLimits>;
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly metrics?: Metrics;
}

/** The gRPC server of an application `bank` with stores `balances` and `totals`, protected as asked. */
export class ServedBank {
  readonly #clients: StateQueryServiceClient[] = [];

  private constructor(
    readonly bank: ReadableFixture,
    private readonly server: QueryServer,
    private readonly clock: Clock | undefined,
  ) {}

  static async start({ protection, limits, ...more }: BankOptions = {}): Promise<ServedBank> {
    const bank = await ReadableFixture.open();
    const catalog = new StoreCatalog(() => [bank]);
    const state = createLocalStateQueries(catalog, systemClock);
    const topology = createTopologyQueries(catalog, { grpc: '', http: '' }, nothingRunning);
    const whole = { ...OPEN, ...protection, limits: { ...OPEN.limits, ...limits } };
    const common = { clock: systemClock, metrics: noMetrics, log: silentLogger, protection: whole, ...more };
    const server = await startQueryServer({ host: '127.0.0.1', port: 0, state, topology, ...common });
    return new ServedBank(bank, server, more.clock);
  }

  get port(): number {
    return this.server.port;
  }

  /** A client, closed with the server. @param host `localhost` where a certificate is of that name */
  client(access: ClientAccess = {}, host = '127.0.0.1'): StateQueryServiceClient {
    const [credentials, options] = channelArguments(access);
    const own = { ...options, 'grpc.use_local_subchannel_pool': 1 }; // a connection of its own
    const client = new StateQueryServiceClient(`${host}:${this.port}`, credentials, own);
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    const end = { reached: false };
    const closed = this.server.close().finally(() => (end.reached = true));
    while (!end.reached && this.clock instanceof ManualClock) await this.clock.advance(100); // it gives its clients time
    await closed;
    await this.bank.close();
  }
}

/** How a call ended: `OK`, or status and reason. */
export function outcome(error: Pick<ServiceError, 'code' | 'metadata'> | null): string {
  if (error === null || error.code === status.OK) return 'OK';
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const packed = Buffer.isBuffer(bytes) ? Status.decode(bytes).details : [];
  const info = packed.find(({ typeUrl }) => typeUrl.endsWith('ErrorInfo'));
  return `${status[error.code]} ${info ? ErrorInfo.decode(info.value).reason : ''}`.trim();
}

/** The outcome of a unary call. */
export function outcomeOf(start: (done: (error: ServiceError | null) => void) => unknown): Promise<string> {
  return new Promise((resolve) => {
    start((error) => {
      resolve(outcome(error));
    });
  });
}
