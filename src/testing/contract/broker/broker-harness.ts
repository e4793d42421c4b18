import type { BrokerClient } from '../../../broker/client/client.js';
import type { Clock } from '../../../util/time.js';

/** What the contract needs of the test runner and of the broker under test. */
export interface BrokerHarness {
  /** Registers a test. Some wait for session time-outs: allow 60 s. */
  test(title: string, body: () => Promise<void>): void;
  /** A client with connections of its own; `clock` if it is not to have the real one. Closed by the contract. */
  client(options: { readonly clientId: string; readonly clock: Clock }): Promise<BrokerClient>;
  /** The real time: the contract waits by it. */
  readonly clock: Clock;
  /** Unique among the runs on one broker: topics and groups are named by it. */
  readonly run: string;
  /** The shortest session time-out that the broker allows; default 6,000 ms, Kafka's own. */
  readonly sessionTimeoutMs?: number;
  /** Makes compaction of a topic happen soon; left out where it does by itself. */
  compact?(topic: string): Promise<void>;
}
