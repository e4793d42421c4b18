import type { ProcessFacts } from '../query/metrics/metrics-queries.js';
import type { Clock } from '../util/time.js';

/** What Node.js tells of this process. */
export function processFacts(clock: Pick<Clock, 'nowMs'>): ProcessFacts {
  return {
    startTimeMs: Math.round(clock.nowMs() - process.uptime() * 1_000),
    cpuSeconds() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
    residentBytes: () => process.memoryUsage.rss(),
  };
}
