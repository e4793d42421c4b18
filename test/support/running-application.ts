import { silentLogger } from '../../src/observability/log.js';
import { noMetrics } from '../../src/observability/metrics.js';
import type { StreamsApplication, StreamsApplicationOptions } from '../../src/runtime/application.js';
import { createStreamsApplication } from '../../src/runtime/streams-application.js';
import { seededRandom } from '../../src/util/random.js';
import { systemClock } from '../../src/util/time.js';

/** An application with short intervals, for tests; not started. */
export function testApplication(
  options: Pick<StreamsApplicationOptions, 'topology' | 'client'> & Partial<StreamsApplicationOptions>,
): StreamsApplication {
  return createStreamsApplication({
    applicationId: 'app',
    instanceId: 'a',
    commitIntervalMs: 20,
    heartbeatIntervalMs: 20,
    clock: systemClock,
    random: seededRandom(7),
    metrics: noMetrics,
    log: silentLogger,
    ...options,
  });
}
