import type { ClientContext } from './client-context.js';
import { reactionTo, responseError } from './error-codes.js';
import { BrokerResponseError, BrokerUnavailableError } from './errors.js';
import type {
  ApiName,
  FindCoordinatorRequest,
  MetadataResponse,
  RequestOf,
  ResponseOf,
  TopicPartition,
} from './protocol.js';
import { Backoff, retry, type RetryOptions } from './retry.js';
import type { Channel } from './transport.js';

export type TopicMetadata = MetadataResponse['topics'][number];

/** Where a partition's leader is. */
export interface Leader {
  readonly nodeId: number;
  readonly epoch: number;
}

type CoordinatorType = FindCoordinatorRequest['keyType'];

/**
 * What the client knows of the cluster: topics, leaders and coordinators, asked for once, forgotten when an answer shows
 * that they moved, and asked for again. One view is shared by all parts of a client.
 */
export class ClusterView {
  private readonly topics = new Map<string, TopicMetadata>();
  private readonly coordinators = new Map<string, number>();
  /** Topics to ask for at the next refresh. */
  private readonly stale = new Set<string>();
  private readonly backoff: Backoff;
  private refreshing: Promise<void> | undefined;
  private connecting: Promise<void> | undefined;
  private controllerId = -1;

  constructor(private readonly context: ClientContext) {
    this.backoff = new Backoff(context.random, 20, 500);
  }

  /** Connects, once, and learns the brokers. @throws BrokerUnavailableError when no bootstrap server answers */
  connect(): Promise<void> {
    this.connecting ??= this.open().catch((error: unknown) => {
      this.connecting = undefined;
      throw error;
    });
    return this.connecting;
  }

  private async open(): Promise<void> {
    await this.context.transport.connect();
    await this.fetchMetadata([]);
  }

  /** Sends one request, connecting first if need be. */
  async request<A extends ApiName>(
    node: number | 'any',
    channel: Channel,
    api: A,
    message: RequestOf<A>,
    options?: { readonly timeoutMs?: number },
  ): Promise<ResponseOf<A>> {
    await this.connect();
    return this.context.transport.request(node, channel, api, message, options);
  }

  /** The leader as last heard; undefined when unknown: call {@link refresh}. */
  leader({ topic, partition }: TopicPartition): Leader | undefined {
    const found = this.topics.get(topic)?.partitions.find((one) => one.partition === partition);
    if (found === undefined || found.leader < 0) return undefined;
    return { nodeId: found.leader, epoch: found.leaderEpoch };
  }

  /** Marks what is known of a topic as wrong. */
  forgetTopic(topic: string): void {
    this.topics.delete(topic);
    this.stale.add(topic);
  }

  /**
   * Asks for topics again, those marked as wrong included. Never throws: who needs a leader looks again afterwards. Calls
   * in between share one request, and failed ones wait, so it may be called at will.
   */
  refresh(topics: Iterable<string>): Promise<void> {
    for (const topic of topics) this.stale.add(topic);
    this.refreshing ??= this.refreshStale().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async refreshStale(): Promise<void> {
    await Promise.resolve();
    const asked = [...this.stale];
    try {
      await this.connect();
      await this.fetchMetadata(asked);
    } catch (error) {
      this.context.log.debug({ err: error, topics: asked }, 'metadata not refreshed');
    }
    if (asked.every((topic) => !this.stale.has(topic))) this.backoff.reset();
    else await this.context.clock.sleep(this.backoff.nextMs());
  }

  /** Metadata straight from a broker; `null` asks for every topic. Topics with a leader everywhere are kept. */
  async fetchMetadata(topics: readonly string[] | null): Promise<readonly TopicMetadata[]> {
    const answer = await this.context.transport.request('any', 'admin', 'Metadata', { topics });
    this.controllerId = answer.controllerId;
    for (const topic of answer.topics) this.keep(topic);
    return answer.topics;
  }

  private keep(topic: TopicMetadata): void {
    if (topic.errorCode !== 0) {
      this.topics.delete(topic.name);
      return;
    }
    this.topics.set(topic.name, topic);
    if (topic.partitions.every(({ leader }) => leader >= 0)) this.stale.delete(topic.name);
  }

  /** Metadata with connection and retries; see {@link fetchMetadata}. */
  async metadata(topics: readonly string[] | null): Promise<readonly TopicMetadata[]> {
    return retry(this.context, async () => {
      await this.connect();
      return this.fetchMetadata(topics);
    });
  }

  /** The node that carries out topic changes. */
  async controller(): Promise<number | 'any'> {
    await this.connect();
    return this.controllerId < 0 ? 'any' : this.controllerId;
  }

  /** The coordinator of a group or transactional id. @throws BrokerResponseError, BrokerUnavailableError */
  async coordinator(keyType: CoordinatorType, key: string): Promise<number> {
    const known = this.coordinators.get(`${keyType}:${key}`);
    if (known !== undefined) return known;
    const found = await this.request('any', 'admin', 'FindCoordinator', { key, keyType });
    const what = `Finding the coordinator of ${keyType} "${key}"`;
    if (found.errorCode !== 0) {
      const named = keyType === 'group' ? { group: key } : { transactionalId: key };
      throw responseError(found.errorCode, what, {
        detail: found.errorMessage,
        access: { api: 'FindCoordinator', ...named },
      });
    }
    this.coordinators.set(`${keyType}:${key}`, found.nodeId);
    return found.nodeId;
  }

  forgetCoordinator(keyType: CoordinatorType, key: string): void {
    this.coordinators.delete(`${keyType}:${key}`);
  }

  /**
   * Sends a request to a coordinator, with retries; `check` throws for an error in the answer. A coordinator that moved
   * or does not answer is looked up again.
   */
  async askCoordinator<A extends ApiName>(
    at: { readonly keyType: CoordinatorType; readonly key: string; readonly channel: Channel },
    api: A,
    message: RequestOf<A>,
    check: (answer: ResponseOf<A>) => void,
    options: Pick<RetryOptions, 'timeoutMs' | 'signal' | 'onRetry'> & { readonly requestTimeoutMs?: number } = {},
  ): Promise<ResponseOf<A>> {
    return retry({ ...this.context, ...options }, async () => {
      try {
        const node = await this.coordinator(at.keyType, at.key);
        const answer = await this.request(node, at.channel, api, message, { timeoutMs: options.requestTimeoutMs });
        check(answer);
        return answer;
      } catch (error) {
        if (movedCoordinator(error)) await this.coordinatorMoved(at.keyType, at.key);
        throw error;
      }
    });
  }

  /** Looks the coordinator up afresh next time; brokers may be new, so they are asked for too. */
  async coordinatorMoved(keyType: CoordinatorType, key: string): Promise<void> {
    this.forgetCoordinator(keyType, key);
    await this.fetchMetadata([]).catch(() => []);
  }
}

function movedCoordinator(error: unknown): boolean {
  if (error instanceof BrokerUnavailableError) return true;
  return error instanceof BrokerResponseError && reactionTo(error.errorCode) === 'coordinator';
}
