import type { ClientContext } from './client-context.js';
import type { ClusterView } from './cluster-view.js';

/**
 * The `max.message.bytes` of the topics written to, asked for once, beside the sending: until it is known, and where it
 * may not be read, the broker's refusal tells.
 */
export class TopicLimits {
  private readonly limits = new Map<string, number>();
  private readonly asked = new Set<string>();

  constructor(
    private readonly context: ClientContext,
    private readonly view: ClusterView,
  ) {}

  /** Bytes of the largest batch the topic takes, if known. */
  limitOf(topic: string): number | undefined {
    const limit = this.limits.get(topic);
    if (limit === undefined && !this.asked.has(topic)) {
      this.asked.add(topic);
      void this.ask(topic);
    }
    return limit;
  }

  private async ask(topic: string): Promise<void> {
    try {
      const answer = await this.view.request('any', 'admin', 'DescribeConfigs', { topics: [topic] });
      const limit = Number(answer.topics[0]?.configs['max.message.bytes'] ?? 0);
      if (limit > 0) this.limits.set(topic, limit);
    } catch (error) {
      this.context.log.debug({ err: error, topic }, 'limit of topic not known');
    }
  }
}
