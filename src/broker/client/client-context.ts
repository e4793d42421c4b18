import type { Logger } from '../../observability/log.js';
import type { Metrics } from '../../observability/metrics.js';
import type { Random } from '../../util/random.js';
import type { Clock } from '../../util/time.js';
import type { Transport } from './transport.js';

/** What every part of the client is given. */
export interface ClientContext {
  readonly transport: Transport;
  readonly clientId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Metrics;
}
