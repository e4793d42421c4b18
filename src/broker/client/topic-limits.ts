import type { ClientContext } from './client-context.js';
import type { ClusterView } from './cluster-view.js';

/** A limit that a record met is asked for again, since it may have been raised; not more often than this. */
const REFRESH_MS = 10_000;
/** How far this clock and the broker's may be apart: within it the broker judges timestamps. */
const CLOCK_SKEW_MS = 300_000;

/** No time of a record is longer ago. */
const FAR_MS = Number.MAX_SAFE_INTEGER;

/** What a topic takes. */
export interface Limits {
  readonly maxBytes: number | undefined;
  readonly timestampAfterMaxMs: number;
  readonly timestampBeforeMaxMs: number;
}

/**
 * The `max.message.bytes` and the bounds of timestamps of the topics written to, asked for beside the sending: until they
 * are known, and where they may not be read, the broker's refusal tells.
 */
export class TopicLimits {
  private readonly limits = new Map<string, Limits>();
  private readonly askedAtMs = new Map<string, number>();
  /** The time when the clock was looked at last. */
  private seenMs = 0;

  constructor(
    private readonly context: ClientContext,
    private readonly view: ClusterView,
  ) {}

  /** The limits of a topic, if known; asked for when first wanted. */
  of(topic: string): Limits | undefined {
    const limits = this.limits.get(topic);
    if (limits === undefined && !this.askedAtMs.has(topic)) void this.ask(topic);
    return limits;
  }

  /** Whether a topic is known to refuse a timestamp; -1, the time of sending, suits every topic. */
  refusesTime({ timestampAfterMaxMs, timestampBeforeMaxMs }: Limits, timestamp: number): boolean {
    // time goes on: what was not too far ahead when the clock was looked at last is not now
    if (timestamp < 0 || (timestamp <= this.seenMs + timestampAfterMaxMs && timestampBeforeMaxMs > FAR_MS))
      return false;
    this.seenMs = this.context.clock.nowMs();
    const aheadMs = timestamp - this.seenMs;
    return aheadMs > timestampAfterMaxMs + CLOCK_SKEW_MS || -aheadMs > timestampBeforeMaxMs + CLOCK_SKEW_MS;
  }

  /** A record met a limit of the topic: asks whether it still holds, for the records to come. */
  met(topic: string): void {
    const nowMs = this.context.clock.monotonicMs();
    if (nowMs - (this.askedAtMs.get(topic) ?? -Infinity) >= REFRESH_MS) void this.ask(topic);
  }

  private async ask(topic: string): Promise<void> {
    this.askedAtMs.set(topic, this.context.clock.monotonicMs());
    try {
      const answer = await this.view.request('any', 'admin', 'DescribeConfigs', { topics: [topic] });
      const configs = answer.topics[0]?.configs;
      if (configs) this.limits.set(topic, limitsOf(configs));
    } catch (error) {
      this.context.log.debug({ err: error, topic }, 'limits of topic not known');
    }
  }
}

/** A setting that a broker does not have, or does not show, limits nothing. */
function limitsOf(configs: Readonly<Record<string, string | null>>): Limits {
  const appendTime = configs['message.timestamp.type'] === 'LogAppendTime';
  const most = (name: string): number => (appendTime ? Infinity : Number(configs[name] ?? Infinity));
  const maxBytes = Number(configs['max.message.bytes'] ?? 0);
  return {
    maxBytes: maxBytes > 0 ? maxBytes : undefined,
    timestampAfterMaxMs: most('message.timestamp.after.max.ms'),
    timestampBeforeMaxMs: most('message.timestamp.before.max.ms'),
  };
}
